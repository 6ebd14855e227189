// What the pages do beyond what plain HTML does. The server draws every finished answer, list and document; this
// module streams the sentences before that, shows quotes under citations, and opens pages beside the chat.
// Text from questions, answers and documents is only ever set with textContent.

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};
const counted = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
const wide = matchMedia("(min-width: 60rem)");
const say = (text) => { const status = one("#status"); if (status) status.textContent = text; };

// ---------------------------------------------------------------- requests

async function reasonOf(response) {
  try {
    return (await response.json()).detail;
  } catch {
    return `The server answered ${response.status}.`;
  }
}

async function pageAt(address) {
  const response = await fetch(address, { headers: { Accept: "text/html" } });
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

async function* eventsOf(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n\n");
    rest = parts.pop();
    for (const part of parts) {
      const fields = Object.fromEntries(
        part.split("\n").filter((line) => !line.startsWith(":")).map((line) => line.split(/: (.*)/s, 2)),
      );
      if (fields.event) yield { name: fields.event, data: JSON.parse(fields.data) };
    }
  }
}

// ---------------------------------------------------------------- the quote under a citation

const peek = make("div", { id: "peek", className: "peek", popover: "manual", role: "tooltip" });
document.body.append(peek);
let peeked = null;
let leaving = 0;

function showQuote(button) {
  clearTimeout(leaving);
  if (peeked === button) return;
  hideQuote();
  const source = document.getElementById(button.dataset.source);
  if (!source) return;
  peek.replaceChildren(
    make("blockquote", { textContent: one("blockquote", source).textContent }),
    make("p", { className: "from", textContent: one(".title", source).textContent }),
    make("p", { className: "support", textContent: button.dataset.support ?? "" }),
  );
  peek.showPopover();
  place(button.getBoundingClientRect());
  button.setAttribute("aria-describedby", peek.id);
  peeked = button;
}

function place(box) {
  const gap = 8;
  const { width, height } = peek.getBoundingClientRect();
  const above = box.top - height - gap;
  const left = Math.min(Math.max(gap, box.left + box.width / 2 - width / 2), innerWidth - width - gap);
  peek.style.left = `${left}px`;
  peek.style.top = `${above >= gap ? above : box.bottom + gap}px`;
}

function hideQuote() {
  if (!peeked) return;
  peeked.removeAttribute("aria-describedby");
  peeked = null;
  peek.hidePopover();
}

const hideSoon = () => { leaving = setTimeout(hideQuote, 150); };
const citeAt = (event) => event.target.closest?.("button.cite");

document.addEventListener("pointerover", (event) => {
  if (event.pointerType === "touch") return;
  if (citeAt(event)) showQuote(citeAt(event));
  else if (peek.contains(event.target)) clearTimeout(leaving);
});
document.addEventListener("pointerout", (event) => { if (citeAt(event) || peek.contains(event.target)) hideSoon(); });
document.addEventListener("focusin", (event) => { if (citeAt(event)) showQuote(citeAt(event)); });
document.addEventListener("focusout", (event) => { if (citeAt(event)) hideSoon(); });
document.addEventListener("scroll", hideQuote, { capture: true, passive: true });

// Without script a citation is a link to the marked quote; with it a button that opens the same page beside the chat.
function citeButton(number, title, href, source, support = "") {
  const button = make("button", { type: "button", className: "cite", textContent: number });
  Object.assign(button.dataset, { href, source, support });
  button.setAttribute("aria-label", `Source ${number}: ${title}`);
  button.setAttribute("aria-expanded", "false");
  return button;
}

function enhance(within) {
  for (const link of all("a.cite", within)) {
    const title = link.getAttribute("aria-label").replace(/^Source \d+: /, "");
    const { source, support } = link.dataset;
    link.replaceWith(citeButton(link.textContent, title, link.getAttribute("href"), source, support));
  }
  for (const element of all("[data-do=copy], .script-only", within)) element.hidden = false;
}

// ---------------------------------------------------------------- beside the chat

const beside = make("dialog", { className: "side-sheet" });
const closeButton = make("button", { type: "button", className: "close" });
closeButton.setAttribute("aria-label", "Close");
closeButton.append(document.importNode(new DOMParser().parseFromString(
  '<svg viewBox="0 0 20 20" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round"><path d="m5 5 10 10M15 5 5 15"/></svg>',
  "text/html",
).body.firstChild, true));
const shelf = make("div");
beside.append(closeButton, shelf);
document.body.append(beside);
let opener = null;

async function openBeside(address, from) {
  const page = await pageAt(address);
  const fragment = one("[data-fragment]", page) ?? one("main", page);
  hideQuote();
  shelf.replaceChildren(fragment);
  enhance(shelf);
  setOpener(from);
  if (!beside.open) {
    if (wide.matches) beside.show();
    else beside.showModal();
    document.body.classList.toggle("with-beside", wide.matches);
  }
  const heading = one("h1", shelf);
  beside.setAttribute("aria-label", heading.textContent);
  const mark = one("mark", shelf);
  (mark ?? heading).focus({ preventScroll: true });
  beside.scrollTop = 0;
  // Where the quote is in view anyway, the document's title stays so too.
  if (mark && mark.getBoundingClientRect().bottom > innerHeight * 0.75) mark.scrollIntoView({ block: "center" });
}

function setOpener(from) {
  opener?.setAttribute("aria-expanded", "false");
  if (from && !beside.contains(from)) opener = from;
  if (opener?.matches(".cite")) opener.setAttribute("aria-expanded", "true");
}

beside.addEventListener("close", () => {
  document.body.classList.remove("with-beside");
  opener?.setAttribute("aria-expanded", "false");
  // The answer may have been drawn anew since, so its citation is looked for where the old one stood.
  const again = opener?.isConnected ? opener : opener?.dataset.source && one(`[data-source="${opener.dataset.source}"]`);
  (again || one("#question"))?.focus();
  hideQuote();
  opener = null;
});
closeButton.addEventListener("click", () => beside.close());
wide.addEventListener("change", () => beside.open && beside.close());
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (peeked) hideQuote();
  else if (beside.open) beside.close();
  else if (running) stop();
  else return;
  event.preventDefault();
});

// ---------------------------------------------------------------- asking

const form = one("#ask");
const field = one("#question");
let conversation = document.body.dataset.conversation ?? "";
let running = null;

const stages = {
  waiting: () => "Waiting for the question before yours",
  searching: () => "Searching your documents",
  reading: (passages) => `Reading ${counted(passages, "passage")}`,
  writing: () => "Writing, and checking each sentence",
};

function stop() {
  running?.abort();
}

function busy(controller) {
  running = controller;
  one("#send").hidden = Boolean(controller);
  one("#stop").hidden = !controller;
  one("#log").setAttribute("aria-busy", String(Boolean(controller)));
}

async function ask(question, after = null, old = null) {
  question = question.trim();
  if (!question || running) return;
  one("#welcome")?.replaceWith(make("h1", { className: "unseen", textContent: "Conversation" }));
  all("main > .alert").forEach((alert) => alert.remove());
  const turn = document.importNode(one("#running").content, true).firstElementChild;
  one(".question", turn).textContent = question;
  turn.dataset.question = question;
  if (after !== null) turn.dataset.after = after;
  one(".turn.fresh")?.classList.remove("fresh");
  turn.classList.add("fresh");
  one("#keys").hidden = true;
  if (old) old.replaceWith(turn);
  else one("#log").append(turn);
  turn.scrollIntoView({ block: "start" });
  const controller = new AbortController();
  busy(controller);
  try {
    await beginConversation();
    await receive(turn, question, after, controller.signal);
    await finish(turn);
  } catch (error) {
    fail(turn, error.name === "AbortError" ? "Stopped. The answer was not finished, so it is not kept." : error.message);
  }
  busy(null);
}

async function beginConversation() {
  if (conversation) return;
  const response = await fetch("/conversations", { method: "POST" });
  if (!response.ok) throw new Error(await reasonOf(response));
  conversation = (await response.json()).id;
}

async function receive(turn, question, after, signal) {
  const only = one("[name=document]", form)?.value;
  const body = { question, after, model: one("[name=model]", form)?.value ?? null, documents: only ? [only] : null };
  const response = await fetch(`/conversations/${conversation}/ask`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
    body: JSON.stringify(body),
    signal,
  });
  if (!response.ok) throw new Error(await reasonOf(response));
  const draw = { status: drawStage, passages: drawUnderstood, sentence: drawSentence };
  for await (const { name, data } of eventsOf(response)) {
    if (name === "error") throw new Error(data.detail);
    if (name === "done") return;
    draw[name]?.(turn, data);
  }
  throw new Error("The connection ended before the answer did.");
}

function drawStage(turn, { stage, passages }) {
  const text = stages[stage]?.(passages) ?? "Working";
  one(".stage", turn).textContent = text;
  say(`${text} …`);
}

function drawUnderstood(turn, { search_question: searched }) {
  if (searched.trim() === turn.dataset.question) return;
  one(".understood q", turn).textContent = searched;
  one(".understood", turn).hidden = false;
}

function drawSentence(turn, { text, citations, new_citations: fresh }) {
  for (const citation of fresh) {
    one(".quotes", turn).append(make(
      "li",
      { id: `new-source-${citation.id}` },
      make("span", { className: "title", textContent: citation.title }),
      make("blockquote", { textContent: citation.quote }),
    ));
    turn.dataset[`url${citation.id}`] = addressOf(citation);
  }
  const sentence = make("span", { className: "sentence new", textContent: text });
  for (const id of citations) {
    const source = `new-source-${id}`;
    const title = one(`#${source} .title`, turn)?.textContent ?? "";
    sentence.append(citeButton(id, title, turn.dataset[`url${id}`], source));
  }
  one(".answer", turn).append(sentence, " ");
}

function addressOf({ document: id, start, end, revision }) {
  const path = id.split("/").map(encodeURIComponent).join("/");
  return `/documents/${path}?start=${start}&end=${end}&revision=${revision}#quote`;
}

// The finished answer is drawn by the server, as after a reload: one renderer, so both always look alike.
async function finish(turn) {
  const page = await pageAt(`/chat/${conversation}/turns/last`);
  const drawn = one("article.turn", page);
  if (!drawn) throw new Error("The answer is kept, but it could not be shown; reload the page.");
  const focused = turn.contains(document.activeElement) ? document.activeElement.textContent : null;
  hideQuote();
  enhance(drawn);
  drawn.classList.add("fresh");
  turn.replaceWith(drawn);
  if (focused) all("button.cite", drawn).find((button) => button.textContent === focused)?.focus();
  const quoted = all(".sources li", drawn).length;
  say(`${one(".state", drawn).textContent.trim()}${quoted ? `, ${counted(quoted, "quote")}` : ""}.`);
  settleAddress();
}

function settleAddress() {
  if (location.pathname === `/chat/${conversation}`) return;
  history.replaceState(null, "", `/chat/${conversation}`);
  form.action = `/chat/${conversation}`;
  if (one(".export")) return;
  const links = ["Markdown:md", "JSON:json"].map((each) => each.split(":")).map(([name, ending]) =>
    make("a", { href: `/conversations/${conversation}/export.${ending}`, textContent: name }));
  one(".under").append(make("p", { className: "quiet export" }, "Export: ", links[0], " ", links[1]));
}

function fail(turn, reason) {
  one(".progress", turn).hidden = true;
  // Every id must be found once, and the next answer numbers its sources from 1 again.
  one(".quotes", turn).remove();
  all("button.cite", turn).forEach((button) => button.remove());
  const alert = one(".alert", turn);
  alert.textContent = reason;
  alert.hidden = false;
  one(".actions", turn).hidden = false;
  say(reason);
}

function grow() {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}

function submit() {
  const after = one("[name=after]", form);
  const question = field.value;
  if (!question.trim() || running) return;
  field.value = "";
  grow();
  ask(question, after ? Number(after.value) : null);
  after?.remove();
}

function edit(turn) {
  field.value = turn.dataset.question ?? one(".question", turn).textContent;
  one("[name=after]", form)?.remove();
  if (turn.dataset.number) form.append(make("input", { type: "hidden", name: "after", value: turn.dataset.number - 1 }));
  grow();
  field.focus();
}

async function copy(turn, button) {
  try {
    await navigator.clipboard.writeText(one("template.copy", turn).content.textContent);
    button.textContent = "Copied";
  } catch {
    button.textContent = "The browser does not allow copying";
  }
  say(button.textContent);
  setTimeout(() => { button.textContent = "Copy with sources"; }, 2000);
}

const deeds = {
  retry: (turn) => {
    // A turn without a number was not kept, so the new attempt takes its place.
    const { number, after, question } = turn.dataset;
    if (number) ask(one(".question", turn).textContent, number - 1);
    else ask(question, after ? Number(after) : null, turn);
  },
  edit,
  copy,
};

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  const cite = citeAt(event);
  const deed = event.target.closest("[data-do]");
  const link = event.target.closest("a[data-beside]");
  const suggestion = event.target.closest(".suggestions button");
  if (cite) openBeside(cite.dataset.href, cite);
  else if (deed) deeds[deed.dataset.do](deed.closest(".turn"), deed);
  else if (link && form) openBeside(link.getAttribute("href"), link);
  else if (suggestion) ask(suggestion.value);
  else return;
  event.preventDefault();
});

if (form) {
  one("#keys").hidden = Boolean(conversation);
  form.addEventListener("submit", (event) => { event.preventDefault(); submit(); });
  one("#stop").addEventListener("click", stop);
  field.addEventListener("input", grow);
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  grow();
}

// ---------------------------------------------------------------- documents and deletions

function send(file, row) {
  const bar = make("progress", { max: 1, value: 0 });
  const told = make("span", { textContent: "Sending" });
  row.replaceChildren(make("b", { textContent: file.name }), " ", told, bar);
  row.className = "waiting";
  return new Promise((resolve) => {
    // fetch cannot tell how much of a file has been sent, so this is the one place for the older interface.
    const request = new XMLHttpRequest();
    request.upload.onprogress = (event) => { bar.value = event.loaded / event.total; };
    request.upload.onload = () => { told.textContent = "Reading and indexing"; bar.removeAttribute("value"); };
    request.onloadend = () => {
      bar.remove();
      const outcome = outcomeOf(request);
      row.className = outcome.state;
      told.textContent = outcome.state === "refused"
        ? `Not added: ${outcome.reason}`
        : `${outcome.state[0].toUpperCase()}${outcome.state.slice(1)}, ${counted(outcome.passages, "passage")}`;
      resolve();
    };
    const body = new FormData();
    body.append("files", file, file.name);
    request.open("POST", "/documents");
    request.setRequestHeader("Accept", "application/json");
    request.send(body);
  });
}

function outcomeOf(request) {
  try {
    const answer = JSON.parse(request.responseText);
    return answer.files?.[0] ?? { state: "refused", reason: answer.detail };
  } catch {
    return { state: "refused", reason: "the server could not be reached" };
  }
}

async function upload(files) {
  const list = one("#outcomes");
  const rows = files.map((file) => make("li", { className: "waiting" }, make("b", { textContent: file.name }), " ", make("span", { textContent: "Waiting" })));
  list.replaceChildren(...rows);
  for (const [index, file] of files.entries()) await send(file, rows[index]);
  const page = await pageAt("/documents");
  const fresh = one(".library", page);
  one("#outcomes", fresh).replaceWith(list);
  one(".library").replaceWith(fresh);
  enhance(fresh);
  one("h1", fresh).focus({ preventScroll: true });
}

async function takeIn(files) {
  if (!files.length) return;
  if (!one("#outcomes")) await openBeside("/documents", one("nav a[href='/documents']"));
  await upload(files);
}

function pastedFiles(data) {
  if (data.files.length) return [...data.files];
  const text = data.getData("text/plain");
  return text.trim() ? [new File([text], `Pasted ${new Date().toISOString().slice(0, 16).replace(":", ".")}.txt`)] : [];
}

document.addEventListener("paste", (event) => {
  if (event.target.closest("input, textarea") || !one("#outcomes")) return;
  event.preventDefault();
  takeIn(pastedFiles(event.clipboardData));
});
document.addEventListener("dragover", (event) => {
  if (!event.dataTransfer.types.includes("Files")) return;
  event.preventDefault();
  document.body.classList.add("dragging");
});
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) document.body.classList.remove("dragging"); });
document.addEventListener("drop", (event) => {
  document.body.classList.remove("dragging");
  if (!event.dataTransfer.files.length) return;
  event.preventDefault();
  takeIn([...event.dataTransfer.files]);
});
document.addEventListener("change", (event) => {
  if (event.target.id === "files") takeIn([...event.target.files]);
});
document.addEventListener("submit", (event) => {
  if (event.target.id === "upload") {
    event.preventDefault();
    const { files, name, text } = event.target.elements;
    const typed = text.value.trim() ? [new File([text.value], `${name.value.trim() || "Pasted text"}.txt`)] : [];
    takeIn([...files.files, ...typed]);
  } else if (event.target.dataset.delete) {
    event.preventDefault();
    remove(event.target);
  } else if (event.target.dataset.vote) {
    event.preventDefault();
    vote(event.target);
  }
});

async function vote(thumb) {
  const box = thumb.closest(".vote");
  const told = one(".told", box);
  const response = await fetch(thumb.dataset.vote, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(Object.fromEntries(new FormData(thumb))),
  }).catch(() => null);
  const up = thumb.elements.verdict.value === "up";
  if (response?.ok) {
    one("button[aria-pressed]", box).setAttribute("aria-pressed", String(up));
    const details = one("details", box);
    if (details.contains(document.activeElement)) one("summary", details).focus();
    details.open = false;
  }
  const kept = up ? "Kept as right." : "Kept as not right.";
  told.textContent = response?.ok ? kept : response ? await reasonOf(response) : "The server could not be reached.";
  say(told.textContent);
}

async function remove(confirmed) {
  const response = await fetch(confirmed.dataset.delete, { method: "DELETE" });
  if (!response.ok) {
    confirmed.append(make("p", { className: "alert", role: "alert", textContent: await reasonOf(response) }));
    return;
  }
  if (confirmed.dataset.delete === `/conversations/${conversation}`) {
    location.assign("/");
    return;
  }
  const section = confirmed.closest("[data-fragment]");
  const page = await pageAt(confirmed.dataset.delete.startsWith("/documents") ? "/documents" : "/history");
  const fresh = one("[data-fragment]", page);
  section.replaceWith(fresh);
  enhance(fresh);
  one("h1", fresh).focus({ preventScroll: true });
}

// ---------------------------------------------------------------- theme

const theme = one("#theme");
theme.hidden = false;
theme.addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  // A cookie rather than local storage: the server sets the theme, so that no page flashes in the wrong one.
  document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=strict`;
});

enhance(document);
one("article.turn:target .question")?.focus({ preventScroll: true });
