// The server's addresses that the page uses: one place for how names and ids are written into them.
import type { GroupValue } from '../groups/value';

export const pageSize = 60;

const part = encodeURIComponent;
const collection = (name: string) => `/v1/collections/${part(name)}`;
const item = (name: string, id: string) => `${collection(name)}/items/${part(id)}`;
const handle = (name: string, query: string) => `${collection(name)}/queries/${part(query)}`;

/** As JSON a value is what it is: in quotes a text, without a number or a boolean. */
const group = (name: string, by: string, value: GroupValue) =>
  `${collection(name)}/groups/${part(by)}/${part(JSON.stringify(value))}`;

export const paths = {
  collections: '/v1/collections',
  collection,
  failures: (name: string, after: string) => `${collection(name)}/failures?limit=50${after && `&after=${part(after)}`}`,
  index: (name: string) => `${collection(name)}/index`,
  item,
  sample: (name: string, count: number, seed: number) => `${collection(name)}/items?sample=${count}&seed=${seed}`,
  named: (name: string, text: string, limit: number) => `${collection(name)}/items?name=${part(text)}&limit=${limit}`,
  similar: (name: string, id: string, offset: number, k: number) => `${item(name, id)}/similar?k=${k}&offset=${offset}`,
  groups: (name: string, by: string, offset: number, limit: number, examples: number) =>
    `${collection(name)}/groups/${part(by)}?limit=${limit}&offset=${offset}&examples=${examples}`,
  similarGroups: (name: string, by: string, value: GroupValue, k: number, examples: number) =>
    `${group(name, by, value)}/similar?k=${k}&examples=${examples}`,
  groupItems: (name: string, by: string, value: GroupValue, offset: number, k: number) =>
    `${group(name, by, value)}/items?k=${k}&offset=${offset}`,
  recommend: (name: string, offset: number, k: number) => `${collection(name)}/recommend?k=${k}&offset=${offset}`,
  original: (name: string, id: string) => `${item(name, id)}/original`,
  image: (name: string, id: string) => `${item(name, id)}/image`,
  /** With the content's hash the answer is kept by the browser for good. */
  thumbnail: (name: string, id: string, size: number, content: string) =>
    `${item(name, id)}/thumbnail?size=${size}${content && `&v=${part(content)}`}`,
  search: (name: string) => `${collection(name)}/search?k=${pageSize}`,
  query: handle,
  queryHits: (name: string, query: string, offset: number, k: number) =>
    `${handle(name, query)}/hits?k=${k}&offset=${offset}`,
  queryPreview: (name: string, query: string) => `${handle(name, query)}/preview`,
  job: (id: string) => `/v1/jobs/${part(id)}`,
  jobEvents: (id: string) => `/v1/jobs/${part(id)}/events`,
};
