// Follows the player of a lesson and tells the server from where to where it played. The server decides what counts.
(() => {
const figure = document.querySelector("[data-video]");
if (!figure) return;

const EVERY = 5000; // milliseconds between two reports
const SILENCE = 15000; // a player that has said nothing for so long does not work here
const { report, origin, enough, offline } = figure.dataset;
const kind = figure.dataset.video;
const length = Number(figure.dataset.length);
const resumeAt = Number(figure.dataset.position) < length - 2 ? Number(figure.dataset.position) : 0;
const button = document.querySelector("[data-done]");
const left = document.querySelector("[data-left]");
const unplayable = document.querySelector("[data-unplayable]");

let run = null; // what has been played and not yet been counted: {from, to}
let seenAt = 0; // when the player last said where it is
let position = resumeAt;
let said = resumeAt; // the position that the server knows

const say = (sentence) => {
  const live = document.getElementById("announcer");
  if (live) live.textContent = sentence;
};

// The player is at `time` and plays.
function tick(time) {
  const now = performance.now();
  const step = run ? time - run.to : -1;
  const jumped = step < 0 || step > ((now - seenAt) / 1000) * 1.25 + 0.75;
  if (jumped) {
    flush();
    run = { from: time, to: time };
  } else {
    run.to = time;
  }
  seenAt = now;
  position = time;
}

// The player stands, or is about to be somewhere else.
function stop() {
  flush();
  run = null;
}

function flush() {
  const { from, to } = run ?? { from: position, to: position };
  if (to <= from && Math.abs(position - said) < 1) return;
  if (run) run = { from: to, to };
  const before = said;
  said = position;
  fetch(report, {
    method: "POST",
    keepalive: true,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ from, to, position }),
  }).then((response) => (response.ok ? response.json() : Promise.reject(new Error(response.status)))).then(show, () => {
    said = before;
    if (run && run.from === to) run.from = from;
    figure.querySelector("[data-sentence]").textContent = offline;
  });
}

function show(state) {
  figure.querySelector("progress").value = Math.min(100, (100 * state.seconds) / length);
  figure.querySelector("[data-sentence]").textContent = state.sentence;
  if (left) left.textContent = state.left;
  if (button?.disabled && state.enough) {
    button.disabled = false;
    say(enough);
  }
}

function cannotPlay() {
  if (!unplayable || !button?.disabled) return;
  unplayable.hidden = false;
  unplayable.disabled = false;
  if (left) left.hidden = true;
  button.disabled = false;
}

setInterval(() => run && flush(), EVERY);
addEventListener("pagehide", stop);
document.addEventListener("visibilitychange", () => document.hidden && flush());

const players = { file: ownPlayer, hls: ownPlayer, youtube, vimeo };
players[kind]();

function ownPlayer() {
  const video = figure.querySelector("video");
  video.addEventListener("loadedmetadata", () => {
    if (resumeAt) video.currentTime = resumeAt;
  });
  video.addEventListener("timeupdate", () => video.paused || video.seeking || tick(video.currentTime));
  for (const event of ["pause", "ended"]) {
    video.addEventListener(event, () => {
      if (run && !video.seeking) tick(video.currentTime);
      stop();
    });
  }
  video.addEventListener("seeking", stop);
  video.addEventListener("seeked", () => { position = video.currentTime; });
  video.addEventListener("ratechange", () => {
    // faster than the clock is not counted, so it is not offered
    if (button?.disabled && video.playbackRate > 1) video.playbackRate = 1;
  });
  video.addEventListener("error", cannotPlay);
  if (video.error) cannotPlay(); // it may have failed before this script ran
  if (kind === "hls") stream(video);
}

function stream(video) {
  if (video.canPlayType("application/vnd.apple.mpegurl")) {
    video.src = video.dataset.stream;
  } else if (window.Hls?.isSupported()) {
    const hls = new window.Hls({ enableWorker: false });
    hls.on(window.Hls.Events.ERROR, (_event, problem) => problem.fatal && cannotPlay());
    hls.loadSource(video.dataset.stream);
    hls.attachMedia(video);
  } else {
    cannotPlay();
  }
}

// Calls `hear` with what the frame says, after knocking until it answers; `cannotPlay` when it never does.
function listen(knock, hear) {
  const frame = figure.querySelector("iframe");
  const send = (message) => frame.contentWindow.postMessage(JSON.stringify(message), origin);
  const knocking = setInterval(() => send(knock), 500);
  const waiting = setTimeout(cannotPlay, SILENCE);
  addEventListener("message", (event) => {
    if (event.origin !== origin || event.source !== frame.contentWindow) return;
    clearInterval(knocking);
    clearTimeout(waiting);
    hear(typeof event.data === "string" ? JSON.parse(event.data) : event.data);
  });
  return send;
}

function youtube() {
  let playing = false;
  const send = listen({ event: "listening", id: 1, channel: "widget" }, ({ event, info }) => {
    if (event !== "infoDelivery" && event !== "initialDelivery") return;
    if (info?.playerState !== undefined) {
      playing = info.playerState === 1;
      if (!playing) stop();
    }
    if (info?.currentTime !== undefined && playing) tick(info.currentTime);
    if (info?.playbackRate > 1 && button?.disabled) send({ event: "command", func: "setPlaybackRate", args: [1] });
  });
}

function vimeo() {
  let ready = false;
  const send = listen({ method: "ping" }, ({ event, method, data }) => {
    if (!ready && (event === "ready" || method === "ping")) {
      ready = true;
      for (const value of ["play", "timeupdate", "pause", "ended", "seeked"]) send({ method: "addEventListener", value });
      if (resumeAt) send({ method: "setCurrentTime", value: resumeAt });
    }
    if (event === "play" || event === "timeupdate" || (event === "ended" && run)) tick(data.seconds);
    if (event === "pause" || event === "ended" || event === "seeked") stop();
  });
}
})();
