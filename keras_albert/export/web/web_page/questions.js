// A question and a passage to the stretch that answers it: what keras_albert does in
// models/question_answerer_preprocessor.py, passage_windows.py and answer_decoding.py.

import { softmax } from "./answers.js";

// Where the model was saved without a preprocessor.
const QUESTION_LENGTH = 64;
const STRIDE = 128;
const ANSWER_TOKENS = 30;
const MOST = 20;

/** The windows of a passage: half-open ranges of tokens. */
function windowRanges(tokens, size, stride) {
  const step = Math.min(stride, size);
  const count = 1 + Math.max(0, Math.ceil((tokens - size) / step));
  return Array.from({ length: count }, (_, i) => [i * step, Math.min(i * step + size, tokens)]);
}

/** For each token, the window that shows most of what is around it. */
function bestWindows(ranges) {
  const best = [];
  const scores = [];
  ranges.forEach(([start, end], number) => {
    for (let token = start; token < end; token++) {
      const score = Math.min(token - start, end - 1 - token) + 0.01 * (end - start);
      if (!(score <= scores[token])) {
        scores[token] = score;
        best[token] = number;
      }
    }
  });
  return best;
}

/** The places of the largest values, largest first; of equal ones, the first. */
function largest(values, count) {
  const places = Array.from(values, (_, place) => place);
  return places.sort((a, b) => values[b] - values[a] || a - b).slice(0, count);
}

/**
 * Answers a question.
 * @param {(arrays: object) => Promise<object>} run the model on one row.
 */
export async function answerQuestion(question, passage, encoder, run) {
  const { description } = encoder;
  const settings = description.preprocessor ?? {};
  const most = Math.min(
    settings.question_length ?? QUESTION_LENGTH,
    Math.floor((description.sequence_length - 3) / 2),
  );
  const asked = encoder.tokens(question).ids.slice(0, Math.max(most, 1));
  const { ids, offsets } = encoder.tokens(passage);
  if (!ids.length) throw new Error("There is no passage to answer from.");
  const room = description.sequence_length - 3 - asked.length;
  const ranges = windowRanges(ids.length, room, settings.stride ?? STRIDE);
  const best = bestWindows(ranges);
  const begin = asked.length + 2;
  const longest = description.max_answer_tokens ?? ANSWER_TOKENS;
  const candidates = [];
  let none = Infinity;
  let tokens = 0;
  for (const [number, [first, last]] of ranges.entries()) {
    const arrays = encoder.arrays([asked, ids.slice(first, last)]);
    tokens += arrays.token_ids.length;
    const outputs = await run(arrays);
    const start = outputs.start.data;
    const end = outputs.end.data;
    none = Math.min(none, start[0] + end[0]);
    const behind = begin + last - first;
    const ends = largest(end.subarray(begin, behind), MOST);
    for (const i of largest(start.subarray(begin, behind), MOST)) {
      const nearest = best[first + i];
      const least = nearest === number ? 0 : ranges[nearest][1] - first;
      for (const j of ends) {
        if (j < i || j < least || j - i >= longest) continue;
        const score = start[begin + i] + end[begin + j];
        candidates.push({ score, first: offsets[first + i][0], last: offsets[first + j][1] });
      }
    }
  }
  const spans = new Map();
  for (const { score, first, last } of candidates.sort((a, b) => b.score - a.score)) {
    const raw = passage.slice(first, last);
    const text = raw.trim();
    if (!text || spans.has(text)) continue;
    const start = first + raw.length - raw.trimStart().length;
    spans.set(text, { text, start, end: start + text.length, score });
    if (spans.size === MOST) break;
  }
  const named = [...spans.values()];
  const shares = softmax(named.map(({ score }) => score));
  const threshold = description.no_answer_threshold ?? null;
  const answered = named.length && (threshold === null || none - named[0].score <= threshold);
  return {
    passage,
    prediction: answered ? named[0].text : "",
    start: answered ? named[0].start : null,
    end: answered ? named[0].end : null,
    n_best: named.slice(0, 5).map((span, i) => ({ ...span, score: shares[i] })),
    tokens,
    truncated: false,
  };
}
