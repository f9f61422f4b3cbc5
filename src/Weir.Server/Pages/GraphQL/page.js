import './workers.js';
import 'graphiql/style.css';
import './page.css';
import { GraphiQL } from 'graphiql';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { fetcherOf } from './fetcher.js';
import { storage } from './kept.js';

const first = `{
  health
  metrics(startDate: "7d") { timestamp tokens cost requests }
  providerStats { provider totalCost totalTokens }
  sessions(first: 5) { id project cost latestRequests(first: 3) { id model cost } }
}
`;
const status = document.getElementById('status');
const root = createRoot(document.getElementById('page'));
let times = 0;

// Made anew for each key: what may be asked is not the same for everybody.
function show(key) {
  times += 1;
  status.textContent = '';
  root.render(
    createElement(GraphiQL, {
      key: times,
      fetcher: fetcherOf(key, (text) => (status.textContent = text)),
      initialQuery: first,
      defaultEditorToolsVisibility: 'variables',
      // Headers may hold keys: they stay in this page's memory.
      shouldPersistHeaders: false,
      storage,
      // What the schema marks as deprecated is shown, and marked.
      inputValueDeprecation: true,
      schemaDescription: true,
    }),
  );
}

// The editor breaks off what it was at when it is made anew, and says so as of a fault.
addEventListener('unhandledrejection', (event) => {
  if (event.reason?.name === 'Canceled') event.preventDefault();
});
document.getElementById('who').addEventListener('submit', (event) => {
  event.preventDefault();
  show(document.getElementById('key').value.trim());
});
show('');
