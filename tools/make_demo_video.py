"""Draw the demo lesson's film and its captions into static/demo/.

    .venv/bin/python tools/make_demo_video.py

Twenty seconds without words, so that one film serves every language: a guest leaves a shop, agrees to hear from it,
gets a message and comes back. Each frame is an SVG that Chromium turns into a picture; ffmpeg (with libx264) joins
them. Both are needed to make the film only; the results are committed.
"""

import shutil
import subprocess
from pathlib import Path

from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).parent.parent / "static" / "demo"
WIDTH, HEIGHT = 640, 360
SECONDS = 20
FRAMES_A_SECOND = 12

CAPTIONS = {
    "en": (
        "A guest liked the meal and leaves. Whether they come back is left to chance.",
        "At the till they scan a code, and agree to hear from the shop.",
        "On a quiet day the shop sends them one message.",
        "The guest comes back, and the shop knows them. They can stop the messages with one tap.",
    ),
    "zh-Hans": (
        "顾客吃得满意，走出店门。会不会再来，全凭运气。",
        "在收银台扫一下码，同意接收店铺消息。",
        "生意清淡的一天，店铺给他发一条消息。",
        "顾客回来了，店铺认得他。他随时可以一键退订。",
    ),
    "zh-Hant": (
        "顧客吃得滿意，走出店門。會不會再來，全憑運氣。",
        "在收銀台掃一下碼，同意接收店鋪訊息。",
        "生意清淡的一天，店鋪給他發一則訊息。",
        "顧客回來了，店鋪認得他。他隨時可以一鍵退訂。",
    ),
}
SCENES = ((0, 5), (5, 9.5), (9.5, 14), (14, 20))
"""From and to, in seconds; one caption each."""

INK, LINE, PAPER, ACCENT, GO, SKIN = "#2d3238", "#c9ced6", "#f7f6f2", "#2a46c2", "#17683a", "#e8b48c"


def eased(second: float, start: float, end: float) -> float:
    """How far a movement from `start` to `end` has come, from 0 to 1, slow at both ends."""
    part = min(1.0, max(0.0, (second - start) / (end - start)))
    return part * part * (3 - 2 * part)


def shop() -> str:
    """The storefront at the right."""
    stripes = "".join(
        f'<path d="M{396 + 26 * n} 118h26v30a13 13 0 0 1-26 0z" fill="{ACCENT if n % 2 else "#fff"}" stroke="{INK}"/>'
        for n in range(7)
    )
    return (
        f'<rect x="404" y="130" width="166" height="150" fill="#fff" stroke="{INK}" stroke-width="3"/>'
        f'<rect x="418" y="172" width="70" height="64" fill="#fdf3d8" stroke="{INK}" stroke-width="3"/>'
        f'<rect x="506" y="172" width="46" height="108" fill="{LINE}" stroke="{INK}" stroke-width="3"/>'
        f'<circle cx="514" cy="228" r="3.5" fill="{INK}"/>{stripes}'
    )


def guest(x: float, second: float, *, happy: bool = False) -> str:
    """A person whose feet are at `x`, stepping while they move."""
    step = 7 * (1 if int(second * 5) % 2 else -1)
    mouth = f'<path d="M{x - 5} 205q5 6 10 0" fill="none" stroke="{INK}" stroke-width="2"/>' if happy else ""
    return (
        f'<path d="M{x} 252l{-step} 28M{x} 252l{step} 28" stroke="{INK}" stroke-width="6" stroke-linecap="round"/>'
        f'<rect x="{x - 15}" y="214" width="30" height="42" rx="12" fill="{GO}"/>'
        f'<circle cx="{x}" cy="199" r="16" fill="{SKIN}" stroke="{INK}" stroke-width="2"/>{mouth}'
    )


def phone(x: float, y: float, inside: str) -> str:
    """A phone with something on its screen, drawn around the middle of the phone."""
    return (
        f'<g transform="translate({x} {y})"><rect x="-46" y="-84" width="92" height="168" rx="14" fill="{INK}"/>'
        f'<rect x="-39" y="-70" width="78" height="140" rx="4" fill="#fff"/>{inside}</g>'
    )


def tick(part: float) -> str:
    """A tick in a green disc that draws itself."""
    return (
        f'<g opacity="{min(1, part * 3)}"><circle r="22" fill="{GO}"/><path d="M-10 1l7 8 14-16" fill="none" '
        f'stroke="#fff" stroke-width="5" pathLength="1" stroke-dasharray="{part} 1"/></g>'
    )


def code() -> str:
    """A square code to scan; a fixed pattern that means nothing."""
    cells = (0b1110111, 0b1010101, 0b1110111, 0b0001000, 0b1011101, 0b0100110, 0b1110101)
    squares = "".join(
        f'<rect x="{-28 + 8 * column}" y="{-28 + 8 * row}" width="8" height="8" fill="{INK}"/>'
        for row, bits in enumerate(cells)
        for column in range(7)
        if bits >> column & 1
    )
    return (
        f'<rect x="-36" y="-36" width="72" height="72" rx="6" fill="#fff" stroke="{LINE}" stroke-width="2"/>{squares}'
    )


def leaving(second: float) -> str:
    """Scene 1: out of the door and away; a question stays."""
    x = 528 - 430 * eased(second, 0.6, 4.6)
    asking = eased(second, 3, 4)
    question = (
        f'<text x="{x + 34}" y="180" font-size="44" font-weight="700" fill="{ACCENT}" opacity="{asking}">?</text>'
    )
    return shop() + guest(x, second) + question


def agreeing(second: float) -> str:
    """Scene 2: the phone comes to the code, a light runs over it, a tick says yes."""
    near = eased(second, 5, 6.4)
    beam = -60 + 120 * ((second * 0.8) % 1)
    scanning = (
        f'<rect x="-39" y="{beam}" width="78" height="4" fill="{ACCENT}" opacity="{near - eased(second, 7.4, 7.6)}"/>'
    )
    agreed = f'<g transform="scale(1.2)">{tick(eased(second, 7.6, 8.4))}</g>'
    table = (
        f'<path d="M0 300h640" stroke="{INK}" stroke-width="4"/>'
        f'<g transform="translate(230 240) scale(1.4)">{code()}</g>'
    )
    return table + phone(560 - 150 * near, 180, scanning + agreed)


def writing(second: float) -> str:
    """Scene 3: a message flies from the shop to the phone and opens there."""
    flight = eased(second, 10, 12)
    x, y = 470 - 330 * flight, 150 - 60 * 4 * flight * (1 - flight) + 20 * flight
    bubble = (
        f'<g transform="translate({x} {y})" opacity="{1 - eased(second, 11.9, 12.2)}">'
        f'<path d="M-30 -20h60v34h-38l-10 10v-10h-12z" fill="{ACCENT}"/>'
        '<path d="M-18 -8h36M-18 3h24" stroke="#fff" stroke-width="4"/></g>'
    )
    opened = eased(second, 12, 12.8)
    inside = (
        f'<g opacity="{opened}"><rect x="-31" y="-52" width="62" height="44" rx="8" fill="{ACCENT}"/>'
        f'<path d="M-22 -40h44M-22 -30h44M-22 -20h26" stroke="#fff" stroke-width="4"/>'
        f'<rect x="-31" y="6" width="62" height="22" rx="6" fill="#fdf3d8" stroke="{INK}" stroke-dasharray="4 3"/></g>'
    )
    return shop() + bubble + phone(140, 180, inside)


def returning(second: float) -> str:
    """Scene 4: back through the door, and a line of the guest list gets its tick."""
    x = 60 + 468 * eased(second, 14.2, 17.4)
    shown = eased(second, 16.8, 17.8)
    rows = "".join(
        f'<circle cx="66" cy="{78 + 30 * n}" r="9" fill="{LINE}"/>'
        f'<path d="M86 {78 + 30 * n}h{70 - 12 * n}" stroke="{LINE}" stroke-width="7"/>'
        for n in range(3)
    )
    known = f'<g transform="translate(66 78) scale(.55)">{tick(eased(second, 17.8, 18.6))}</g>'
    guest_list = (
        f'<g opacity="{shown}"><rect x="40" y="48" width="150" height="112" rx="8" fill="#fff" stroke="{INK}" '
        f'stroke-width="3"/>{rows}{known}</g>'
    )
    return shop() + guest_list + guest(x, min(second, 17.4), happy=shown > 0)


DRAW = (leaving, agreeing, writing, returning)


def frame(second: float) -> str:
    """The whole picture at one second, with a short fade between scenes."""
    scene = next(n for n, (_start, end) in enumerate(SCENES) if second < end or n == len(SCENES) - 1)
    start, end = SCENES[scene]
    last = scene == len(SCENES) - 1
    fade = min(eased(second, start, start + 0.35), 1 if last else 1 - eased(second, end - 0.35, end))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'font-family="sans-serif"><rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/>'
        f'<path d="M0 282h{WIDTH}" stroke="{LINE}" stroke-width="3"/>'
        f'<g opacity="{fade}">{DRAW[scene](second)}</g></svg>'
    )


def film(path: Path, chromium: str, ffmpeg: str) -> None:
    """Draw every frame and join them; the moov atom comes first, so that playing starts at once."""
    command = [
        *(ffmpeg, "-y", "-loglevel", "error", "-f", "image2pipe", "-framerate", str(FRAMES_A_SECOND), "-i", "-"),
        *("-c:v", "libx264", "-preset", "veryslow", "-crf", "26", "-pix_fmt", "yuv420p"),
        *("-g", str(FRAMES_A_SECOND * 2), "-movflags", "+faststart", str(path)),
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as encoder, sync_playwright() as playwright:  # noqa: S603 (fixed)
        assert encoder.stdin is not None  # noqa: S101 (it was asked for above)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.set_content("<style>body{margin:0}svg{display:block}</style><div></div>")
        for number in range(SECONDS * FRAMES_A_SECOND):
            page.evaluate("svg => { document.querySelector('div').innerHTML = svg }", frame(number / FRAMES_A_SECOND))
            encoder.stdin.write(page.screenshot(type="png"))
        browser.close()
        encoder.stdin.close()


def captions(sentences: tuple[str, ...]) -> str:
    """Write WebVTT: one cue a scene."""
    cues = [
        f"00:00:{start:06.3f} --> 00:00:{end:06.3f}\n{sentence}\n"
        for (start, end), sentence in zip(SCENES, sentences, strict=True)
    ]
    return "\n".join(["WEBVTT\n", *cues])


def main() -> None:
    """Make the film and the captions."""
    chromium, ffmpeg = shutil.which("chromium"), shutil.which("ffmpeg")
    if chromium is None or ffmpeg is None:
        raise SystemExit("This needs chromium and ffmpeg on the path, for instance from Debian.")
    FOLDER.mkdir(exist_ok=True)
    film(FOLDER / "intro.mp4", chromium, ffmpeg)
    for locale, sentences in CAPTIONS.items():
        (FOLDER / f"intro.{locale}.vtt").write_text(captions(sentences), encoding="utf-8")
    print(f"{FOLDER / 'intro.mp4'}: {(FOLDER / 'intro.mp4').stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
