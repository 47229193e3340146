// A model's outputs to what people read: what keras_albert/inference/results.py does.

import { MASK } from "./encoder.js";

const WORD_MARK = "\u2581";

export function softmax(logits) {
  const most = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const weights = Array.from(logits, (value) => Math.exp(value - most));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/**
 * For each [MASK] that was read, its likeliest tokens, and the text or the pair with them; of a
 * pair, where the model was trained for it, whether it is in order.
 */
export function maskedAnswer(text, second, outputs, arrays, encoder, topK = 5) {
  const size = outputs.masked_tokens.dims.at(-1);
  const count = arrays.token_ids.filter((id) => id === encoder.special.mask).length;
  const masks = [];
  for (let place = 0; place < count; place++) {
    const shares = softmax(outputs.masked_tokens.data.subarray(place * size, (place + 1) * size));
    const best = shares.map((_, id) => id).sort((a, b) => shares[b] - shares[a]).slice(0, topK);
    masks.push(best.map((id) => ({ token: encoder.piece(id), score: shares[id] })));
  }
  if (second === null) return { masks, filled: filled(text, masks, encoder) };
  // The places that were read are the first of each side.
  const sideOf = arrays.segment_ids.filter((_, i) => arrays.token_ids[i] === encoder.special.mask);
  const answer = {
    masks,
    filled: [text, second].map((side, number) =>
      filled(side, masks.filter((_, place) => sideOf[place] === number), encoder),
    ),
  };
  if (outputs.sentence_order) {
    const [inOrder, swapped] = softmax(outputs.sentence_order.data);
    answer.sentence_order = { in_order: inOrder, swapped };
  }
  return answer;
}

function filled(text, masks, encoder) {
  return fill(text, masks.map((mask) => mask[0].token), encoder.suffixMark);
}

/** The text with its first [MASK]s replaced. */
export function fill(text, tokens, suffixMark) {
  const parts = text.split(MASK);
  let result = parts[0];
  parts.slice(1).forEach((part, number) => {
    let token = number < tokens.length ? tokens[number] : MASK;
    if (token !== MASK) {
      const continues = suffixMark
        ? token.startsWith(suffixMark) && token !== suffixMark
        : !token.startsWith(WORD_MARK);
      if (!suffixMark) token = token.replaceAll(WORD_MARK, "");
      else if (continues) token = token.slice(suffixMark.length);
      // A piece that goes on with the word before it leaves no space.
      if (continues) result = result.replace(/ +$/, "");
    }
    result += token + part;
  });
  return result;
}

/** A classifier's answer by its labels. */
export function classAnswer(outputs, description) {
  const labels = description.labels;
  if (description.problem === "regression") {
    const values = Array.from(outputs.scores.data);
    return { values: Object.fromEntries(labels.map((label, i) => [label, values[i]])) };
  }
  const shares = Array.from(outputs.probabilities.data);
  const scores = Object.fromEntries(labels.map((label, i) => [label, shares[i]]));
  if (description.problem === "multi_label") {
    return { labels: labels.filter((label) => scores[label] > 0.5), scores };
  }
  const best = shares.indexOf(Math.max(...shares));
  return { label: labels[best], score: shares[best], scores };
}
