// The server's answers by the names that the page uses. Their types are made from openapi.json, which a test
// compares with what the server says of itself.
import type { components } from './schema';

type Schemas = components['schemas'];

/** A record's own JSON: pictures have the members of docs/formats/picture-document.md, others may not. */
export type Document = Readonly<Record<string, unknown>>;

export type Collection = Schemas['Collection'];
export type CollectionList = Schemas['CollectionList'];
export type Example = Schemas['GroupExample'];
export type FailureList = Schemas['FailureList'];
export type Group = Schemas['Group'];
export type GroupHit = Schemas['GroupHit'];
export type GroupList = Schemas['GroupList'];
export type Job = Schemas['Job'];
export type QueryHandle = Schemas['Query'];
export type Item = Described<Schemas['Item']>;
export type ItemList = Listed<Schemas['ItemList'], 'items', Item>;
export type Hit = Described<Schemas['Hit']>;
export type SearchAnswer = Listed<Schemas['SearchAnswer'], 'hits', Hit>;
export type SimilarGroups = Schemas['SimilarGroups'];
export type Band = Hit['band'];

/** With a document that nothing is believed of yet. */
type Described<Answer> = Omit<Answer, 'document'> & { readonly document: Document };
type Listed<Answer, Member extends string, Each> = Omit<Answer, Member> & Readonly<Record<Member, readonly Each[]>>;
