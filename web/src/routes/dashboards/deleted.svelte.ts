import type { DashboardItem } from '$lib/api/client';

/** What was just deleted, until it is made again or another page is read: the list offers it back. */
class Deleted {
  item = $state.raw<DashboardItem | null>(null);
}

export const deleted = new Deleted();
