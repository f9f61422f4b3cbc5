import { KEY_HEADER } from './client';

/** A call of the API to type into a shell: the key stands in a variable, never in what is copied. */
export function curlOf(path: string, origin: string): string {
  return `curl -H "${KEY_HEADER}: $WEIR_KEY" '${origin}${path.replaceAll("'", '%27')}'`;
}

/** The address of a call: commas and colons stay as people read them. */
export function pathOf(path: string, query: Readonly<Record<string, string>>): string {
  return `${path}?${new URLSearchParams(query).toString().replaceAll('%2C', ',').replaceAll('%3A', ':')}`;
}

/** Hands a file to the reader. */
export function save(name: string, file: Blob): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken it when the click has been worked through.
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
}
