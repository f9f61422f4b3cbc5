import * as m from '$messages';

const STATUS: Readonly<Record<string, () => string>> = {
  ok: m.status_ok,
  caller_aborted: m.status_caller_aborted,
  rate_limited: m.status_rate_limited,
  overloaded: m.status_overloaded,
  upstream_error: m.status_upstream_error,
  request_error: m.status_request_error,
  stream_error: m.status_stream_error,
  upstream_reset: m.status_upstream_reset,
  timeout: m.status_timeout,
  unreachable: m.status_unreachable,
};

/** How a request ended, in words; one that the pages do not know yet stands as it is. */
export function statusName(status: string): string {
  return STATUS[status]?.() ?? status.replaceAll('_', ' ');
}
