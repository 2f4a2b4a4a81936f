/** The sentence that says how a score is made, by the collection's metric. */
export function formulaOf(metric: string | null) {
  switch (metric) {
    case 'cosine':
      return 'score.cosine';
    case 'l2':
      return 'score.l2';
    case 'ip':
    case 'inner_product':
      return 'score.inner_product';
    default:
      return 'score.other';
  }
}
