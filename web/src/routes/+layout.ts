/** Every page is written at build time, without data; what it shows comes from the API. */
export const prerender = true;
