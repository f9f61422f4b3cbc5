import type { Answer, ApiClient, BlockList, LimitList } from '../api/client';

/** What the page shows: the limits as they stand, and the blocks of a range. */
export interface Limits {
  readonly limits: LimitList;
  readonly blocks: BlockList;
}

/** Reads both; either's failure is the whole's. */
export async function readLimits(
  api: ApiClient,
  range: Readonly<Record<string, string>>,
): Promise<Answer<Limits>> {
  const [limits, blocks] = await Promise.all([
    api.get('/api/v1/limits'),
    api.get('/api/v1/blocks', range as never),
  ]);
  if (limits.data === null) return limits;
  if (blocks.data === null) return blocks;
  return { data: { limits: limits.data, blocks: blocks.data }, date: limits.date };
}
