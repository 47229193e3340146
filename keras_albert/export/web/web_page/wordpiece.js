// BERT's basic tokenization and WordPiece: what keras_albert/text/wordpiece.py does. What becomes
// of each character comes as a table from Python, so that browsers' versions of Unicode are out of
// the question.

const SUFFIX = "##";

export class WordPiece {
  /** @param {object} model as `write_web` writes it into vocabulary.json. */
  constructor(model) {
    this.pieces = model.pieces;
    this.written = new Map(model.characters);
    this.chinese = model.chinese;
    this.longestWord = model.max_word_characters;
    this.ids = new Map();
    model.pieces.forEach((piece, id) => {
      if (!this.ids.has(piece)) this.ids.set(piece, id);
    });
    this.unknown = this.ids.get(model.unknown);
    this.longest = Math.max(...model.pieces.map((piece) => [...piece].length));
  }

  /**
   * The ids of a text and where each comes from.
   * @param {string} text well-formed UTF-16.
   * @returns {{ids: number[], offsets: number[][]}} half-open ranges of UTF-16 units.
   */
  encode(text) {
    const ids = [];
    const offsets = [];
    let letters = [];
    let ranges = [];
    const endWord = () => {
      let at = 0;
      for (const id of letters.length ? this.wordIds(letters) : []) {
        const piece = [...this.pieces[id]].length;
        const length = id === this.unknown ? letters.length : piece - (at ? SUFFIX.length : 0);
        ids.push(id);
        offsets.push([ranges[at][0], ranges[at + length - 1][1]]);
        at += length;
      }
      letters = [];
      ranges = [];
    };
    let place = 0;
    for (const character of text) {
      const range = [place, place + character.length];
      place = range[1];
      for (const letter of this.basic(character)) {
        if (letter === " ") endWord();
        else {
          letters.push(letter);
          ranges.push(range);
        }
      }
    }
    endWord();
    return { ids, offsets };
  }

  basic(character) {
    const point = character.codePointAt(0);
    const written = this.written.get(point);
    if (written !== undefined) return written;
    const chinese = this.chinese.some(([first, last]) => first <= point && point <= last);
    return chinese ? ` ${character} ` : character;
  }

  wordIds(letters) {
    if (letters.length > this.longestWord) return [this.unknown];
    const ids = [];
    let start = 0;
    while (start < letters.length) {
      let end = Math.min(letters.length, start + this.longest);
      let id;
      for (; end > start; end--) {
        id = this.ids.get((start ? SUFFIX : "") + letters.slice(start, end).join(""));
        if (id !== undefined) break;
      }
      if (id === undefined) return [this.unknown];
      ids.push(id);
      start = end;
    }
    return ids;
  }
}
