import * as m from '$messages';

const KINDS: Readonly<Record<string, () => string>> = {
  model: m.handoffs_kind_model,
  subagent: m.handoffs_kind_subagent,
  session: m.handoffs_kind_session,
};

/** What was handed over; a kind that the pages do not know yet stands as it is. */
export function kindName(kind: string): string {
  return KINDS[kind]?.() ?? kind;
}
