// What was shown a moment ago, by `collection/id`: a jump draws its main picture from the tile's file, which
// the browser still has, and its facts from the hit's document. Bounded; forgetting costs nothing but a moment.
import type { Document, Item } from '../api/model';

class Recent<Value> {
  private readonly values = new Map<string, Value>();

  put(key: string, value: Value): void {
    this.values.delete(key);
    this.values.set(key, value);
    if (this.values.size <= 400) return;
    const oldest = this.values.keys().next();
    if (!oldest.done) this.values.delete(oldest.value);
  }

  get(key: string): Value | undefined {
    return this.values.get(key);
  }
}

/** URLs of thumbnails. */
export const seen = new Recent<string>();
/** Documents. */
export const glimpses = new Recent<Document>();

/** What a tile knew of the item, until it has come. */
export function glimpseOf(collection: string, id: string): Item | undefined {
  const document = glimpses.get(`${collection}/${id}`);
  return document && { id, version: 0, seq: 0, document };
}
