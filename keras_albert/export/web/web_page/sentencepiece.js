// SentencePiece's unigram segmentation with its precompiled character map, as the C++ library
// does it: google/sentencepiece, `normalizer.cc` and `unigram_model.cc` (`EncodeOptimized`).
// Sums are rounded to 32 bits as there, so that ties mostly fall alike.

const NORMAL = 1;
const UNKNOWN = 2;
const USER_DEFINED = 4;
const UNUSED = 5;
// What an unknown character scores below the least likely piece.
const UNKNOWN_PENALTY = 10;
// The library adds the largest score per byte, which it never lets be negative: so it is 0.
const USER_DEFINED_SCORE = Math.fround(-0.1);
const SPACE = 0x20;
const WORD_MARK = 0x2581;
const MALFORMED = 0xfffd;

/** A tree of code points; a node is a Map, and its entry -1 is the value that ends there. */
function addTo(tree, word, value) {
  let node = tree;
  for (const character of word) {
    const point = character.codePointAt(0);
    if (!node.has(point)) node.set(point, new Map());
    node = node.get(point);
  }
  node.set(-1, value);
}

function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function utf8Length(point) {
  return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
}

/** The precompiled character map: a double-array trie (Darts) and the strings it leads to. */
class CharacterMap {
  constructor(base64) {
    const bytes = bytesOf(base64);
    if (bytes.length === 0) return;
    const view = new DataView(bytes.buffer);
    const size = view.getUint32(0, true);
    this.units = new Uint32Array(size / 4);
    for (let i = 0; i < this.units.length; i++) this.units[i] = view.getUint32(4 + 4 * i, true);
    this.strings = bytes.subarray(4 + size);
    this.decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  }

  /** The longest key that UTF-8 bytes begin with at a place: [its bytes, what it becomes]. */
  longest(bytes, start) {
    if (!this.units) return null;
    let found = null;
    let unit = this.units[0];
    let node = offsetOf(unit);
    for (let i = start; i < bytes.length; i++) {
      node ^= bytes[i];
      unit = this.units[node];
      if ((unit & 0x800000ff) >>> 0 !== bytes[i]) break;
      node ^= offsetOf(unit);
      if ((unit >>> 8) & 1) found = [i + 1 - start, this.units[node] & 0x7fffffff];
    }
    if (!found) return null;
    const end = this.strings.indexOf(0, found[1]);
    return [found[0], this.decoder.decode(this.strings.subarray(found[1], end))];
  }
}

function offsetOf(unit) {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}

/** A SentencePiece unigram model, as `write_web` writes it into vocabulary.json. */
export class SentencePiece {
  constructor(model) {
    this.pieces = model.pieces;
    this.types = model.types;
    this.scores = Float32Array.from(model.scores);
    this.settings = model;
    this.characters = new CharacterMap(model.charsmap);
    this.tree = new Map();
    this.symbols = new Map();
    this.unknown = model.types.indexOf(UNKNOWN);
    this.least = Infinity;
    model.pieces.forEach((piece, id) => {
      const type = model.types[id];
      if (type === NORMAL || type === USER_DEFINED || type === UNUSED) addTo(this.tree, piece, id);
      if (type === USER_DEFINED) addTo(this.symbols, piece, id);
      if (type === NORMAL) this.least = Math.min(this.least, this.scores[id]);
    });
  }

  /**
   * The ids of a text and where each comes from.
   * @param {string} text well-formed UTF-16.
   * @returns {{ids: number[], offsets: number[][]}} half-open ranges of UTF-16 units.
   */
  encode(text) {
    const { points, sources } = this.normalize(text);
    const ids = [];
    const offsets = [];
    for (const [id, start, end] of this.segment(points)) {
      const range = [sources[start][0], sources[end - 1][1]];
      if (id === this.unknown && ids.at(-1) === this.unknown) {
        // Unknown characters side by side are one piece.
        offsets.at(-1)[1] = range[1];
      } else {
        ids.push(id);
        offsets.push(range);
      }
    }
    return { ids, offsets };
  }

  /** The normalised text: code points, and the range of the text that each comes from. */
  normalize(text) {
    const bytes = new TextEncoder().encode(text);
    // Which UTF-16 unit each byte belongs to.
    const units = new Int32Array(bytes.length + 1);
    let at = 0;
    let unit = 0;
    for (const character of text) {
      const length = utf8Length(character.codePointAt(0));
      units.fill(unit, at, at + length);
      at += length;
      unit += character.length;
    }
    units[at] = unit;

    const trims = this.settings.remove_extra_whitespaces;
    const space = this.settings.escape_whitespaces ? WORD_MARK : SPACE;
    const points = [];
    const sources = [];
    let place = 0;
    if (trims) {
      while (place < bytes.length) {
        const [length, written] = this.prefix(bytes, place);
        if (written !== " ") break;
        place += length;
      }
    }
    if (place === bytes.length) return { points, sources };
    const suffixed = this.settings.treat_whitespace_as_suffix;
    if (this.settings.add_dummy_prefix && !suffixed) {
      points.push(space);
      sources.push([units[place], units[place]]);
    }
    let afterSpace = trims;
    while (place < bytes.length) {
      const [length, written] = this.prefix(bytes, place);
      let rest = written;
      while (afterSpace && rest.startsWith(" ")) rest = rest.slice(1);
      const range = [units[place], units[place + length]];
      for (const character of rest) {
        const point = character.codePointAt(0);
        points.push(point === SPACE ? space : point);
        sources.push(range);
      }
      if (rest) afterSpace = rest.endsWith(" ");
      if (!trims) afterSpace = false;
      place += length;
    }
    if (trims) {
      while (points.length && points.at(-1) === space) {
        points.pop();
        sources.pop();
      }
    }
    if (this.settings.add_dummy_prefix && suffixed) {
      points.push(space);
      sources.push([unit, unit]);
    }
    return { points, sources };
  }

  /** What the text's next bytes are written as: [how many bytes, a string]. */
  prefix(bytes, place) {
    const first = bytes[place];
    const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    const symbol = this.symbolAt(bytes, place);
    if (symbol) return symbol;
    const found = this.characters.longest(bytes, place);
    if (found) return found;
    return [length, new TextDecoder("utf-8", { ignoreBOM: true }).decode(
      bytes.subarray(place, place + length),
    )];
  }

  /** The longest user-defined piece that stands at a place; it is not normalised. */
  symbolAt(bytes, place) {
    if (this.symbols.size === 0) return null;
    let node = this.symbols;
    let at = place;
    let end = 0;
    while (at < bytes.length) {
      const first = bytes[at];
      const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
      node = node.get(codePoint(bytes, at, length));
      if (!node) break;
      at += length;
      if (node.has(-1)) end = at;
    }
    if (!end) return null;
    return [end - place, new TextDecoder("utf-8", { ignoreBOM: true }).decode(
      bytes.subarray(place, end),
    )];
  }

  /** The best path: a list of [id, first code point, code point behind the last]. */
  segment(points) {
    const size = points.length;
    const score = new Float32Array(size + 1);
    const from = new Int32Array(size + 1).fill(-1);
    const ids = new Int32Array(size + 1);
    const unknownScore = Math.fround(this.least - UNKNOWN_PENALTY);
    for (let start = 0; start < size; start++) {
      const here = score[start];
      let single = false;
      let node = this.tree;
      for (let end = start; end < size; end++) {
        node = node.get(points[end]);
        if (!node) break;
        const id = node.get(-1);
        if (id === undefined || this.types[id] === UNUSED) continue;
        // A user-defined piece is always taken.
        const own = this.types[id] === USER_DEFINED ? USER_DEFINED_SCORE : this.scores[id];
        const candidate = Math.fround(own + here);
        if (from[end + 1] < 0 || candidate > score[end + 1]) {
          score[end + 1] = candidate;
          from[end + 1] = start;
          ids[end + 1] = id;
        }
        if (end === start) single = true;
      }
      if (!single) {
        const candidate = Math.fround(unknownScore + here);
        if (from[start + 1] < 0 || candidate > score[start + 1]) {
          score[start + 1] = candidate;
          from[start + 1] = start;
          ids[start + 1] = this.unknown;
        }
      }
    }
    const path = [];
    for (let end = size; end > 0; end = from[end]) path.push([ids[end], from[end], end]);
    return path.reverse();
  }
}

function codePoint(bytes, at, length) {
  if (length === 1) return bytes[at];
  let point = bytes[at] & (0xff >> (length + 1));
  for (let i = 1; i < length; i++) point = (point << 6) | (bytes[at + i] & 0x3f);
  return point || MALFORMED;
}
