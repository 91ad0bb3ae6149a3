/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <tenon/capability.h>
#include <tenon/rom_client.h>

/* A server that publishes faster than a version can be copied is not worth waiting for. */
enum { TRIES = 8 };

static tn_error watch(struct tn_rom_client *client, struct tn_entrypoint *entrypoint)
{
	tn_rom_cap rom = { client->session.cap };
	tn_error error = tn_signal_create(entrypoint, &client->changed);
	return error == TN_OK ? tn_rom_watch(rom, client->changed.cap) : error;
}

tn_error tn_rom_client_open(struct tn_rom_client *client, const char *label, size_t max,
			    struct tn_entrypoint *entrypoint, void (*handler)(void *argument),
			    void *argument)
{
	const struct tn_quota quota = { TN_ROM_RAM, TN_ROM_CAPS };
	__builtin_memset(client, 0, sizeof(*client));
	client->max = max;
	client->changed.handler = handler;
	client->changed.argument = argument;
	tn_error error = tn_session_open("ROM", label, quota, &tn_rom_interface, &client->session);
	if (error == TN_OK && entrypoint)
		error = watch(client, entrypoint);
	if (error != TN_OK)
		tn_rom_client_close(client);
	return error;
}

static size_t rounded(uint64_t size)
{
	return ((size_t)size + TN_PAGE_SIZE - 1) & ~(TN_PAGE_SIZE - 1);
}

static tn_error copy(tn_dataspace_cap dataspace, size_t size, char *to)
{
	void *at = NULL;
	if (!size)
		return TN_OK;
	tn_error error = tn_attach(dataspace, 0, rounded(size), TN_RIGHT_READ, &at);
	if (error == TN_ERR_ARGUMENT) /* it is shorter than it was said to be */
		return TN_ERR_PROTOCOL;
	if (error == TN_ERR_CAPABILITY || error == TN_ERR_GONE) /* is no longer there */
		return TN_ERR_FAULT;
	if (error != TN_OK)
		return error;
	error = tn_guarded_copy(to, at, size);
	(void)tn_detach(at);
	return error;
}

static tn_error take(struct tn_rom_client *client)
{
	TN_SCOPED(tn_dataspace_cap, dataspace);
	tn_rom_cap rom = { client->session.cap };
	uint64_t size = 0;
	tn_error error = tn_rom_dataspace(rom, &size, &dataspace);
	if (error != TN_OK)
		return error;
	if (size > client->max)
		return TN_ERR_TOO_LONG;
	char *content = tn_heap_alloc((size_t)size + 1);
	if (!content)
		return TN_ERR_OUT_OF_RAM;
	error = copy(dataspace, (size_t)size, content);
	if (error != TN_OK) {
		tn_heap_free(content);
		return error;
	}
	tn_heap_free(client->content);
	content[size] = 0;
	client->content = content;
	client->size = (size_t)size;
	return TN_OK;
}

tn_error tn_rom_client_update(struct tn_rom_client *client)
{
	tn_error error = TN_ERR_FAULT;
	for (int i = 0; i < TRIES && error == TN_ERR_FAULT; i++)
		error = take(client);
	return error;
}

void tn_rom_client_close(struct tn_rom_client *client)
{
	tn_session_close(&client->session);
	tn_signal_destroy(&client->changed);
	tn_heap_free(client->content);
	client->content = NULL;
	client->size = 0;
}

tn_error tn_rom_read(const char *label, size_t max, char **content, size_t *size)
{
	struct tn_rom_client client;
	tn_error error = tn_rom_client_open(&client, label, max, NULL, NULL, NULL);
	if (error != TN_OK)
		return error;
	error = tn_rom_client_update(&client);
	if (error == TN_OK) {
		*content = client.content;
		*size = client.size;
		client.content = NULL;
	}
	tn_rom_client_close(&client);
	return error;
}
