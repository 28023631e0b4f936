/**
 * Word error rate: the least number of words to insert, drop or replace that turns one text into the other
 * (Levenshtein distance on words), over the number of words of the reference. Case and punctuation do not count.
 *
 * @param {string} reference what was said
 * @param {string} heard what was recognised
 * @returns {{ rate: number, recognised: number, words: number }} `recognised`: share of reference words that were heard
 */
function wordErrorRate(reference, heard) {
  const said = wordsOf(reference);
  const got = wordsOf(heard);
  // Row by row: the distance, and how many words match on the way to it.
  let above = got.map((_, index) => ({ distance: index + 1, matches: 0 }));
  above.unshift({ distance: 0, matches: 0 });
  said.forEach((word, row) => {
    const current = [{ distance: row + 1, matches: 0 }];
    got.forEach((other, column) => {
      const same = word === other;
      const diagonal = above[column];
      current.push(
        best([
          { distance: diagonal.distance + (same ? 0 : 1), matches: diagonal.matches + (same ? 1 : 0) },
          { distance: above[column + 1].distance + 1, matches: above[column + 1].matches },
          { distance: current[column].distance + 1, matches: current[column].matches },
        ]),
      );
    });
    above = current;
  });
  const { distance, matches } = above[got.length];
  if (said.length === 0) return { rate: got.length === 0 ? 0 : 1, recognised: 1, words: 0 };
  return { rate: distance / said.length, recognised: matches / said.length, words: said.length };
}

function best(candidates) {
  return candidates.reduce((a, b) =>
    b.distance < a.distance || (b.distance === a.distance && b.matches > a.matches) ? b : a,
  );
}

function wordsOf(text) {
  return text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];
}

module.exports = { wordErrorRate };
