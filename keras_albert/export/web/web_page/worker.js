// Holds the model beside the page, so that the page stays awake while it computes.

import * as ort from "./runtime/onnxruntime.js";
import { classAnswer, maskedAnswer } from "./answers.js";
import { Encoder } from "./encoder.js";
import { answerQuestion } from "./questions.js";

let session;
let encoder;
let description;

/** A file's content, unpacked where it is packed: some servers unpack on their own. */
async function fetched(name, report) {
  const response = await fetch(name);
  if (!response.ok) throw new Error(`${name} could not be loaded (${response.status}).`);
  const chunks = [];
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    report(value.length);
  }
  const packed = new Blob(chunks);
  const start = new Uint8Array(await packed.slice(0, 2).arrayBuffer());
  if (start[0] !== 0x1f || start[1] !== 0x8b) return packed.arrayBuffer();
  const stream = packed.stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

async function load() {
  description = await (await fetch("model.json")).json();
  let loaded = 0;
  const report = (bytes) => {
    loaded += bytes;
    postMessage({ progress: loaded / description.download_bytes });
  };
  const [runtime, model, vocabulary] = await Promise.all(
    ["runtime/onnxruntime.wasm.gz", "model.onnx.gz", "vocabulary.json.gz"].map(
      (name) => fetched(name, report),
    ),
  );
  encoder = new Encoder(JSON.parse(new TextDecoder().decode(vocabulary)), description);
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmBinary = runtime;
  session = await ort.InferenceSession.create(new Uint8Array(model), {
    executionProviders: ["wasm"],
  });
  return description;
}

/** Runs the model on one row. */
async function run(arrays, depth) {
  const feeds = {};
  for (const [name, values] of Object.entries(arrays)) {
    feeds[name] = new ort.Tensor("int32", values, [1, values.length]);
  }
  if (description.depth_is_input) {
    feeds.depth = new ort.Tensor("int32", Int32Array.of(depth ?? description.depth), []);
  }
  return session.run(feeds);
}

async function ask({ text, second = null, depth }) {
  const started = performance.now();
  if (description.task === "question_answerer") {
    const passage = second ?? "";
    const answer = await answerQuestion(text, passage, encoder, (arrays) => run(arrays, depth));
    return { ...answer, milliseconds: performance.now() - started };
  }
  const { arrays, truncated, tokens } = encoder.row(text, second);
  const outputs = await run(arrays, depth);
  const milliseconds = performance.now() - started;
  const answer = encoder.predictsMasks
    ? maskedAnswer(text, second, outputs, arrays, encoder)
    : classAnswer(outputs, description);
  return { ...answer, truncated, tokens, milliseconds };
}

const jobs = {
  load,
  ask,
  encode: ({ text, second }) => Array.from(encoder.row(text, second ?? null).arrays.token_ids),
};
// One after the other: a session answers one question at a time.
let last = Promise.resolve();

addEventListener("message", ({ data }) => {
  last = last
    .then(() => jobs[data.job](data))
    .then(
      (result) => postMessage({ id: data.id, result }),
      (error) => postMessage({ id: data.id, error: String(error?.message ?? error) }),
    );
});
