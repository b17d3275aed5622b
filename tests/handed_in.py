"""Files as people and attackers hand them in, written by the libraries or by hand."""

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from email.message import EmailMessage
from io import BytesIO
from typing import Any

import docx
import pptx
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def deck(*slides: tuple[str, str, str]) -> bytes:
    """A deck of slides: title, body, notes."""
    presentation = pptx.Presentation()
    for title, body, notes in slides:
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        if slide.shapes.title is not None:
            slide.shapes.title.text = title
        slide.placeholders[1].text = body
        if notes and slide.notes_slide.notes_text_frame is not None:
            slide.notes_slide.notes_text_frame.text = notes
    return saved(presentation)


def rich_deck() -> bytes:
    """One slide with a group within a group, a table and a chart."""
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    inch = Inches(1)
    group = slide.shapes.add_group_shape().shapes.add_group_shape()
    group.shapes.add_textbox(inch, inch, inch, inch).text_frame.text = "Deep\nin groups"
    table = slide.shapes.add_table(1, 2, inch, inch, inch, inch).table
    table.cell(0, 0).text, table.cell(0, 1).text = "Left", "Right"
    data: Any = CategoryChartData()  # type: ignore[no-untyped-call]  # the library gives it no types
    data.categories = ["Ours", "Theirs"]
    data.add_series("Speed", (3, 1))
    slide.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, inch, inch, inch, inch, data)
    return saved(presentation)


def letter() -> bytes:
    """A document with a heading, paragraphs, a table, a header, a footer, a text box and a deletion."""
    document = docx.Document()
    document.add_paragraph("Dear customer,")
    document.add_heading("Pricing", 1)
    paragraph = document.add_paragraph("We ")
    paragraph.add_run("guarantee").bold = True
    paragraph.add_run("\ta return.")
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Left", "Right"
    document.add_paragraph("After the table")
    document.sections[0].header.paragraphs[0].text = "On top"
    document.sections[0].footer.paragraphs[0].text = "Below"
    data = saved(document)
    box = (
        '<w:p><w:r><w:t>Beside</w:t></w:r><w:del w:id="1"><w:r><w:delText>gone</w:delText><w:t>gone</w:t></w:r></w:del>'
        "<w:r><w:pict><w:txbxContent><w:p><w:r><w:t>In a box</w:t></w:r></w:p></w:txbxContent></w:pict></w:r></w:p>"
    )
    body = member(data, "word/document.xml").replace("<w:sectPr", f"{box}<w:sectPr", 1)
    return changed(data, {"word/document.xml": body})


def saved(document: object) -> bytes:
    written = BytesIO()
    document.save(written)  # type: ignore[attr-defined]  # documents of both libraries are saved so
    return written.getvalue()


def member(data: bytes, name: str) -> str:
    with zipfile.ZipFile(BytesIO(data)) as package:
        return package.read(name).decode()


def changed(data: bytes, contents: Mapping[str, str | bytes]) -> bytes:
    """The same package with other contents of some members."""
    written = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as package, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in dict.fromkeys([*package.namelist(), *contents]):
            copy.writestr(name, contents[name] if name in contents else package.read(name))
    return written.getvalue()


def packed(contents: Mapping[str, str | bytes]) -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in contents.items():
            package.writestr(name, content)
    return written.getvalue()


def pdf(pages: Iterable[str]) -> bytes:
    """A PDF whose pages show a line each."""
    return drawn_pdf([b"BT /F1 12 Tf 72 700 Td (%s) Tj ET" % text.encode() for text in pages])


def drawn_pdf(streams: Sequence[bytes], *, times: int = 1) -> bytes:
    """A PDF of pages that are drawn so; all of them again as often as said."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(streams)))
    count = len(streams) * times
    kids = " ".join([kids] * times)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, stream in enumerate(streams):
        resources = "/Resources << /Font << /F1 3 0 R >> >>"
        objects += [
            f"<< /Type /Page /Parent 2 0 R {resources} /Contents {5 + 2 * number} 0 R >>".encode(),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        ]
    return assembled(objects)


def assembled(objects: Iterable[bytes]) -> bytes:
    """Objects of a PDF as a file; the first is its catalogue."""
    data, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(places) + 1, len(data))
    return data + b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1) + table + trailer


def mail(body: str, *, subject: str = "Offer", attached: Mapping[str, bytes] | None = None) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "ana@example.com", "li@example.com", subject
    message.set_content(body)
    for name, data in (attached or {}).items():
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()
