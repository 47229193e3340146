// The page: what is typed goes to the worker, what it answers is drawn.

const element = (id) => document.getElementById(id);
const worker = new Worker("worker.js", { type: "module" });
const waiting = new Map();
let description;
let depthWanted;

worker.addEventListener("message", ({ data }) => {
  if (data.progress !== undefined) {
    element("progress").value = data.progress;
    return;
  }
  const { resolve, reject } = waiting.get(data.id);
  waiting.delete(data.id);
  if (data.error) reject(new Error(data.error));
  else resolve(data.result);
});
worker.addEventListener("error", (event) => fail(event.message || "The worker did not start."));

let numbers = 0;
function send(job, details = {}) {
  return new Promise((resolve, reject) => {
    const id = (numbers += 1);
    waiting.set(id, { resolve, reject });
    worker.postMessage({ id, job, ...details });
  });
}

function fail(message) {
  element("loading").hidden = false;
  element("progress").hidden = true;
  element("stage").textContent = message;
  element("stage").className = "error";
}

const TASKS = {
  masked_lm: {
    lead: "Write [MASK] where words are missing. The model runs here; no text leaves this page.",
    text: "Text with [MASK]",
  },
  text_classifier: {
    lead: "Type a text and see its class. The model runs here; no text leaves this page.",
    text: "Text",
    pairs: true,
  },
  question_answerer: {
    lead: "Ask a question about a passage. The model runs here; no text leaves this page.",
    text: "Question",
    second: "Passage",
  },
};
// It was trained to tell whether two texts are in order.
TASKS.pretrainer = { ...TASKS.masked_lm, pairs: true };

/** Kept files answer for the network once the service worker has taken over. */
async function keepFiles() {
  if (!("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register("service_worker.js");
    if (navigator.serviceWorker.controller) return;
    await new Promise((resolve) => {
      navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true });
      setTimeout(resolve, 5000);
    });
  } catch {
    // Private windows may refuse; the page then needs the network each time.
  }
}

function percent(share) {
  return `${(100 * share).toFixed(1)}%`;
}

function bar(name, share) {
  const row = document.createElement("div");
  row.className = "bar";
  row.style.setProperty("--share", percent(share));
  for (const content of [name, percent(share)]) {
    row.append(Object.assign(document.createElement("span"), { textContent: content }));
  }
  return row;
}

function group(bars) {
  const box = document.createElement("div");
  box.className = "group";
  box.append(...bars);
  return box;
}

function draw(answer) {
  const filled = element("filled");
  filled.replaceChildren();
  let groups = [];
  if (answer.masks) {
    const { masks, sentence_order: order } = answer;
    const texts = [answer.filled].flat();
    filled.textContent =
      masks.length || order ? texts.join(" ") : "There is no [MASK] in the text.";
    groups = masks.map((mask) =>
      group(mask.map(({ token, score }) => bar(token.replace("\u2581", "") || token, score))),
    );
    if (order) groups.push(group([bar("in order", order.in_order), bar("swapped", order.swapped)]));
  } else if (answer.values) {
    filled.textContent = Object.entries(answer.values)
      .map(([label, value]) => `${label}: ${value.toFixed(3)}`)
      .join(", ");
  } else if (answer.passage !== undefined) {
    const { passage, start, end } = answer;
    if (start === null) filled.textContent = "The passage holds no answer.";
    else {
      const mark = document.createElement("mark");
      mark.textContent = passage.slice(start, end);
      filled.append(passage.slice(0, start), mark, passage.slice(end));
    }
    groups = [group(answer.n_best.map(({ text, score }) => bar(text, score)))];
  } else {
    filled.textContent = answer.label ?? (answer.labels.join(", ") || "none");
    const sorted = Object.entries(answer.scores).sort((a, b) => b[1] - a[1]);
    groups = [group(sorted.map(([label, score]) => bar(label, score)))];
  }
  element("bars").replaceChildren(...groups);
  const cut = answer.truncated ? ", cut to what the model reads" : "";
  element("figures").textContent =
    `${answer.milliseconds.toFixed(1)} ms, ${answer.tokens} tokens${cut}`;
  element("answer").hidden = false;
}

/** What stands in the second field; null where a text is alone. */
function secondText() {
  const second = element("second").value;
  return TASKS[description.task].second || second.trim() ? second : null;
}

let asked = 0;
async function answer() {
  const number = (asked += 1);
  const second = secondText();
  try {
    const found = await send("ask", { text: element("text").value, second, depth: depthWanted });
    // Only the last question's answer is drawn.
    if (number === asked) draw(found);
  } catch (error) {
    element("filled").textContent = error.message;
    element("bars").replaceChildren();
    element("figures").textContent = "";
    element("answer").hidden = false;
  }
}

function showDepth() {
  element("depth-value").textContent = `${depthWanted} of ${description.num_layers}`;
}

function fill(example) {
  const [text, second] = [example].flat();
  element("text").value = text;
  // A question alone is about the passage that stands there; another text alone is no pair.
  if (second !== undefined || !TASKS[description.task].second) {
    element("second").value = second ?? "";
  }
}

function setUp() {
  const task = TASKS[description.task];
  element("lead").textContent = task.lead;
  element("text-label").textContent = task.text;
  const pairs = description.examples.some((example) => [example].flat().length > 1);
  element("second-label").textContent = task.second ?? "Second text (optional)";
  element("second").rows = task.second ? 6 : 3;
  element("second-field").hidden = !(task.second || task.pairs || pairs);
  description.examples.forEach((example) => {
    const [text] = [example].flat();
    const chip = document.createElement("button");
    chip.type = "button";
    chip.textContent = text.length > 28 ? `${text.slice(0, 26)}\u2026` : text;
    chip.addEventListener("click", () => {
      fill(example);
      answer();
    });
    element("examples").append(chip);
  });
  fill(description.examples[0] ?? "");

  depthWanted = description.depth;
  element("depth-field").hidden = !description.depth_is_input;
  Object.assign(element("depth"), { max: description.num_layers, value: depthWanted });
  element("depth").addEventListener("input", (event) => {
    depthWanted = Number(event.target.value);
    showDepth();
    answer();
  });
  showDepth();
  let timer;
  for (const id of ["text", "second"]) {
    element(id).addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(answer, 150);
    });
  }
  element("form").addEventListener("submit", (event) => event.preventDefault());
  element("about").textContent =
    `${(description.download_bytes / 1e6).toFixed(1)} MB are loaded once; afterwards the page ` +
    "works without a network.";
}

async function start() {
  await keepFiles();
  element("stage").textContent = "Loading the model";
  description = await send("load");
  setUp();
  element("loading").hidden = true;
  element("form").hidden = false;
  await answer();
}

/** For tests and the console: `await albert.ready`, then `albert.ask("text", null, 3)`. */
globalThis.albert = {
  ready: start().catch((error) => {
    fail(error.message);
    throw error;
  }),
  ask: (text, second = null, depth = undefined) => send("ask", { text, second, depth }),
  encode: (text, second = null) => send("encode", { text, second }),
};
