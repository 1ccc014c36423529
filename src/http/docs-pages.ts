import { errorCatalogue, type CatalogueError } from './error-catalogue.js';

/** The page about one error code; undefined when there is no such code. */
export function errorPage(code: string): string | undefined {
  const error = errorCatalogue.find((entry) => entry.code === code);
  return error === undefined ? undefined : page(error.code, errorSection(error, 'h1'));
}

/** The page about all of them. */
export function errorsPage(): string {
  return page(
    'Errors',
    `<h1>Errors</h1>${errorCatalogue.map((error) => errorSection(error, 'h2')).join('')}`,
  );
}

/** The page that shows the API's description. All it loads comes from this server. */
export function apiPage(): string {
  const head = `<link rel="stylesheet" href="/docs/assets/swagger-ui.css">`;
  const scripts = ['swagger-ui-bundle.js', 'start.js'].map(
    (file) => `<script src="/docs/assets/${file}"></script>`,
  );
  return page('Gatehouse API', `<div id="api"></div>${scripts.join('')}`, head);
}

/** Starts the viewer. No validator: it would send the description to a server of somebody else. */
export const startScript = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#api',
  validatorUrl: null,
  deepLinking: true,
});
`;

function errorSection({ code, status, meaning, remedy }: CatalogueError, heading: 'h1' | 'h2'): string {
  const title = `<${heading} id="${escaped(code)}"><code>${escaped(code)}</code> (${status})</${heading}>`;
  return `${title}<p>${escaped(meaning)}</p><p>What to do: ${escaped(remedy)}</p>`;
}

/** For the pages of ours that are text: readable, light or dark as the reader's system is. */
export const stylesheet = `:root { color-scheme: light dark; }
body { max-width: 44rem; margin: 2.5rem auto; padding: 0 1rem; font: 1rem/1.55 system-ui, sans-serif; }
h2 { margin-top: 2.25rem; font-size: 1.1rem; }
code { font-family: ui-monospace, monospace; }
`;

function page(
  title: string,
  body: string,
  head = '<link rel="stylesheet" href="/docs/assets/pages.css">',
): string {
  const meta = `<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title>`;
  return `<!doctype html><html lang="en"><head>${meta}${head}</head><body>${body}</body></html>\n`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
