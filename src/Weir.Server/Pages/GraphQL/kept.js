// What the page keeps in the browser: all but headers, which may hold keys. GraphiQL keeps them with every question of its
// history, whatever it is told of them.
const kept = window.localStorage;

function bare(text) {
  try {
    return JSON.stringify(without(JSON.parse(text)));
  } catch {
    return text;
  }
}

function without(value) {
  if (Array.isArray(value)) return value.map(without);
  if (value && typeof value === 'object')
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => name !== 'headers')
        .map(([name, inner]) => [name, without(inner)]),
    );
  return typeof value === 'string' && /^[[{]/.test(value) ? bare(value) : value;
}

export const storage = {
  getItem: (name) => kept.getItem(name),
  setItem(name, value) {
    if (!name.endsWith(':headers')) kept.setItem(name, bare(value));
  },
  removeItem: (name) => kept.removeItem(name),
  get length() {
    return kept.length;
  },
  clear() {
    Object.keys(kept)
      .filter((name) => name.startsWith('graphiql:'))
      .forEach((name) => kept.removeItem(name));
  },
};
