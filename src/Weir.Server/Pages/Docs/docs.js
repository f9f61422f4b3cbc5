'use strict';

const dark = matchMedia('(prefers-color-scheme: dark)');
const paint = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
paint();
dark.addEventListener('change', paint);

SwaggerUIBundle({
  dom_id: '#docs',
  url: '/openapi/v1.json',
  // Its own would send the description to a validator on the Internet.
  validatorUrl: null,
  // The key stays in this page's memory: a reload forgets it.
  persistAuthorization: false,
  deepLinking: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  tryItOutEnabled: true,
});
