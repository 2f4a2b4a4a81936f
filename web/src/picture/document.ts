// What a record's document says of its picture (docs/formats/picture-document.md). Records that others put
// may say anything, or nothing: every member is looked at before it is believed.
import type { Document } from '../api/model';

export interface Preview {
  readonly width: number;
  readonly height: number;
  readonly rgb: string;
}

export interface Picture {
  /** Last part of the path; of a record that is no file its title or name, else its id. */
  readonly name: string;
  /** There is one to show; records may be vectors alone. */
  readonly hasPicture: boolean;
  readonly path: string | null;
  /** Pixels; null: not known. */
  readonly width: number | null;
  readonly height: number | null;
  readonly format: string | null;
  readonly bytes: number | null;
  readonly modified: string | null;
  readonly content: string;
  readonly preview: Preview | null;
  /** Where the record leads to on the web. */
  readonly link: string | null;
}

/** One of which nothing is known but that there is one. */
export const unknownPicture: Picture = {
  name: '',
  hasPicture: true,
  path: null,
  width: null,
  height: null,
  format: null,
  bytes: null,
  modified: null,
  content: '',
  preview: null,
  link: null,
};

const pictureMembers = new Set([
  'path', 'path_bytes', 'width', 'height', 'format', 'bytes', 'modified', 'content', 'exif', 'preview',
]);

export function pictureOf(document: Document, id: string): Picture {
  const path = textIn(document, 'path');
  const content = textIn(document, 'content') ?? '';
  return {
    name: path === null ? textIn(document, 'title') ?? textIn(document, 'name') ?? id : nameOf(path),
    hasPicture: path !== null || content !== '',
    path,
    width: sizeIn(document, 'width'),
    height: sizeIn(document, 'height'),
    format: textIn(document, 'format'),
    bytes: sizeIn(document, 'bytes'),
    modified: textIn(document, 'modified'),
    content,
    preview: previewIn(document['preview']),
    link: linkIn(document['link']),
  };
}

/** Members that somebody added to the document, in its order, and then what the camera says, as text. */
export function attributesOf(document: Document): [string, string][] {
  const added = Object.entries(document).filter(([name]) => !pictureMembers.has(name));
  const exif = document['exif'];
  const camera = typeof exif === 'object' && exif !== null ? Object.entries(exif) : [];
  return [...added, ...camera.map(([name, value]): [string, unknown] => [`exif.${name}`, value])].map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
}

/** An address on the web that can be opened without harm: no script, no file of this machine. Else null. */
export function linkIn(value: unknown): string | null {
  if (typeof value !== 'string' || !URL.canParse(value)) return null;
  const { protocol, href } = new URL(value);
  return protocol === 'https:' || protocol === 'http:' ? href : null;
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Width / height, of something that has no size a friendly 4:3. */
export function aspectOf({ width, height }: Pick<Picture, 'width' | 'height'>): number {
  return width !== null && height !== null ? width / height : 4 / 3;
}

function textIn(document: Document, name: string): string | null {
  const value = document[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

function sizeIn(document: Document, name: string): number | null {
  const value = document[name];
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : null;
}

function previewIn(value: unknown): Preview | null {
  if (typeof value !== 'object' || value === null) return null;
  const { width, height, rgb } = value as Record<string, unknown>;
  if (typeof width !== 'number' || typeof height !== 'number' || typeof rgb !== 'string') return null;
  return { width, height, rgb };
}
