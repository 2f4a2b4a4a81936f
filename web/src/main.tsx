import { QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { askAhead } from './ahead';
import { makeQueryClient } from './api/queries';
import { App } from './app';
import { applySettings } from './theme';
import './styles.css';
import './text/text';

applySettings();
const page = document.getElementById('page');
if (!page) throw new Error('index.html has no #page');
const client = makeQueryClient();
askAhead(client);
createRoot(page).render(
  <QueryClientProvider client={client}>
    <App />
  </QueryClientProvider>,
);
