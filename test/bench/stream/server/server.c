/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The sink: reads all of each packet in place, and tells the sum in what it sends back. */
#include "../packets.h"
#include <tenon/component.h>

static void ready(struct tn_stream_peer *peer)
{
	struct tn_stream *stream = &peer->stream;
	struct tn_packet packet;
	for (uint32_t i = 0; i < peer->service->shape.packets; i++) {
		if (tn_stream_receive(stream, &packet) != TN_OK)
			break;
		packet.value = packet_sum(packet.content, packet.length);
		if (tn_stream_send(stream, &packet) != TN_OK)
			break;
	}
	(void)tn_stream_wake(stream);
}

void component_construct(struct tn_env *env)
{
	static struct tn_stream_service services[] = { { .name = "Small", .ready = ready },
						       { .name = "Large", .ready = ready } };
	services[0].shape = small_packets;
	services[1].shape = large_packets;
	for (unsigned i = 0; i < 2; i++) {
		services[i].entrypoint = tn_env_entrypoint(env);
		tn_error error = tn_stream_service_announce(&services[i]);
		if (error != TN_OK) {
			tn_log("cannot announce: %s", tn_error_text(error));
			tn_exit(1);
		}
	}
}
