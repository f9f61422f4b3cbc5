import * as m from '$messages';
import type { Dimension, Filter, Relation } from './filters';
import type { Preset } from './range';

const PRESET_NAMES: Readonly<Record<Preset, () => string>> = {
  '1h': m.range_1h,
  '24h': m.range_24h,
  '7d': m.range_7d,
  '30d': m.range_30d,
  '90d': m.range_90d,
  '365d': m.range_365d,
  today: m.range_today,
  week: m.range_week,
  month: m.range_month,
};

const DIMENSION_NAMES: Readonly<Record<Dimension, () => string>> = {
  model: m.dim_model,
  requestedModel: m.dim_requested_model,
  provider: m.dim_provider,
  key: m.dim_key,
  user: m.dim_user,
  team: m.dim_team,
  project: m.dim_project,
  session: m.dim_session,
  agent: m.dim_agent,
  client: m.dim_client,
  source: m.dim_source,
  status: m.dim_status,
  route: m.dim_route,
};

const RELATION_NAMES: Readonly<Record<Relation, () => string>> = {
  in: m.relation_in,
  not: m.relation_not,
  prefix: m.relation_prefix,
};

/** The name of a range that is offered. */
export function presetName(preset: Preset): string {
  return PRESET_NAMES[preset]();
}

/** The name of a dimension; a tag's is its own. */
export function dimensionName(dimension: string): string {
  return dimension in DIMENSION_NAMES
    ? DIMENSION_NAMES[dimension as Dimension]()
    : dimension.replace(/^tag\./, '');
}

/** How a relation is said. */
export function relationName(relation: Relation): string {
  return RELATION_NAMES[relation]();
}

/** A value of a dimension; what has none is "unknown". */
export function valueName(value: string | null): string {
  return value === null || value === '' ? m.unknown() : value;
}

/** A filter in words: `Model is not a, b`. */
export function filterName({ dimension, relation, values }: Filter): string {
  return `${dimensionName(dimension)} ${relationName(relation)} ${values.map(valueName).join(', ')}`;
}
