/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <runtime/runtime.h>

ABI tn_error tn_dataspace_alloc(size_t size, tn_dataspace_cap *dataspace)
{
	return tn_pd_alloc(runtime_env.pd, size, dataspace);
}

ABI void tn_dataspace_free(tn_dataspace_cap dataspace)
{
	uint64_t at, size;
	tn_error error;
	do {
		error = tn_pd_free(runtime_env.pd, dataspace, &at, &size);
		if (error == TN_OK && size)
			port_detached(at, size);
	} while (error == TN_ERR_AGAIN ||
		 (error == TN_OK && size)); /* an error: not ours or gone, nothing to free */
	tn_cap_release(dataspace.handle);
}

/* Core makes that much accessible before it answers, or more. */
enum { SETTLED = 2 << 20 };

static tn_error settle(uint64_t at, uint64_t size)
{
	tn_error error = size > SETTLED ? TN_ERR_AGAIN : TN_OK;
	while (error == TN_ERR_AGAIN)
		error = tn_pd_settle(runtime_env.pd, at);
	return error;
}

ABI tn_error tn_dataspace_seal(tn_dataspace_cap dataspace)
{
	return tn_pd_seal(runtime_env.pd, dataspace);
}

ABI tn_error tn_attach(tn_dataspace_cap dataspace, size_t offset, size_t size, uint32_t rights,
		       void **address)
{
	uint64_t at, attached_size;
	tn_error error;
	do
		error = tn_pd_attach(runtime_env.pd, dataspace, (uintptr_t)*address, offset, size,
				     rights, &at, &attached_size);
	while (error == TN_ERR_AGAIN);
	if (error != TN_OK)
		return error;
	error = settle(at, attached_size);
	if (error == TN_OK)
		error = port_attached(at, attached_size, offset, rights);
	if (error != TN_OK) {
		tn_error ignored = tn_detach((void *)at);
		(void)ignored;
		return error;
	}
	*address = (void *)at;
	return TN_OK;
}

ABI tn_error tn_detach(const void *address)
{
	uint64_t at, size;
	tn_error error;
	do
		error = tn_pd_detach(runtime_env.pd, (uintptr_t)address, &at, &size);
	while (error == TN_ERR_AGAIN);
	if (error == TN_OK)
		port_detached(at, size);
	return error;
}
