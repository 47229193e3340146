// node tokenize_in_node.mjs SITE JOB.json OUTPUT.json: the ids that an exported page makes of texts.
// JOB.json holds a list of [text, second text or null].

import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";

const [site, job, output] = process.argv.slice(2);
const { Encoder } = await import(pathToFileURL(`${site}/encoder.js`));
const vocabulary = JSON.parse(gunzipSync(readFileSync(`${site}/vocabulary.json.gz`)));
const encoder = new Encoder(vocabulary, JSON.parse(readFileSync(`${site}/model.json`)));
const rows = JSON.parse(readFileSync(job)).map(([text, second]) => {
  const { arrays, truncated } = encoder.row(text, second);
  return { ids: Array.from(arrays.token_ids), segments: Array.from(arrays.segment_ids), truncated };
});
writeFileSync(output, JSON.stringify(rows));
