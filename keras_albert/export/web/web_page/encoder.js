// Texts to a model's inputs: what keras_albert/runtime/text_encoder.py does, for one row.

import { SentencePiece } from "./sentencepiece.js";
import { WordPiece } from "./wordpiece.js";

export const MASK = "[MASK]";

export class Encoder {
  /**
   * @param {object} vocabulary vocabulary.json.
   * @param {object} description model.json.
   */
  constructor(vocabulary, description) {
    const sentencepiece = vocabulary.kind === "sentencepiece";
    this.model = sentencepiece ? new SentencePiece(vocabulary) : new WordPiece(vocabulary);
    this.suffixMark = sentencepiece ? "" : "##";
    this.description = description;
    this.special = description.special_token_ids;
    this.predictsMasks = "mask_positions" in description.inputs;
    this.replacements = new Map(
      Object.entries(description.id_replacements ?? {}).map(([id, ids]) => [Number(id), ids]),
    );
  }

  piece(id) {
    return this.model.pieces[id];
  }

  /** The ids of one text and their ranges in it; [MASK] is a token where masks are predicted. */
  tokens(text) {
    if (!text.isWellFormed()) throw new Error("The text holds half of a surrogate pair.");
    const ids = [];
    const offsets = [];
    let start = 0;
    const parts = this.predictsMasks ? text.split(MASK) : [text];
    parts.forEach((part, index) => {
      if (index) {
        ids.push(this.special.mask);
        offsets.push([start, start + MASK.length]);
        start += MASK.length;
      }
      const encoded = this.model.encode(part);
      encoded.ids.forEach((id, i) => {
        for (const replacement of this.replacements.get(id) ?? [id]) {
          ids.push(replacement);
          offsets.push(encoded.offsets[i].map((place) => place + start));
        }
      });
      start += part.length;
    });
    return { ids, offsets };
  }

  /**
   * One row from a text or a pair, cut to what the model reads.
   * @returns {{arrays: object, truncated: boolean, tokens: number}}
   */
  row(text, second = null) {
    const sides = (second === null ? [text] : [text, second]).map((side) => this.tokens(side).ids);
    const budget = this.description.sequence_length - 1 - sides.length;
    const kept = this.kept(sides.map((ids) => ids.length), budget);
    const cut = sides.map((ids, side) => ids.slice(0, kept[side]));
    return {
      arrays: this.arrays(cut),
      truncated: sides.some((ids, side) => ids.length > kept[side]),
      tokens: cut.reduce((sum, ids) => sum + ids.length, 1 + cut.length),
    };
  }

  arrays(sides) {
    const row = [this.special.cls];
    const segments = [0];
    sides.forEach((ids, side) => {
      row.push(...ids, this.special.sep);
      for (let i = 0; i <= ids.length; i++) segments.push(side);
    });
    const arrays = {
      token_ids: Int32Array.from(row),
      segment_ids: Int32Array.from(segments),
      padding_mask: new Int32Array(row.length).fill(1),
    };
    if (this.predictsMasks) {
      const places = row.flatMap((id, place) => (id === this.special.mask ? [place] : []));
      arrays.mask_positions = Int32Array.from(places.length ? places : [0]);
    }
    return arrays;
  }

  kept(lengths, budget) {
    if (lengths.length === 1) return [Math.min(lengths[0], budget)];
    const [first, second] = lengths;
    if (this.description.truncate === "waterfall") {
      const kept = Math.min(first, budget);
      return [kept, Math.min(second, budget - kept)];
    }
    const half = Math.floor((budget + 1) / 2);
    const kept = Math.min(first, Math.max(half, budget - second));
    return [kept, Math.min(second, budget - kept)];
  }
}
