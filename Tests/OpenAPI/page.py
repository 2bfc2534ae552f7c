# Makes nginx/docs.html of nginx/openapi.yaml: one page, no script, nothing loaded but docs.css.
#
#   .build-tests/python/bin/python3 Tests/OpenAPI/page.py > nginx/docs.html

import html
import json
import pathlib
import re

import yaml

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "nginx"
DESCRIPTION = yaml.safe_load((FOLDER / "openapi.yaml").read_text("utf-8"))
METHODS = ["get", "post", "put", "patch", "delete"]


def page():
    info = DESCRIPTION["info"]
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{text(info['title'])}: the API</title>",
        '<link rel="stylesheet" href="docs.css">',
        "</head>",
        "<body>",
        navigation(),
        "<main>",
        f"<h1>{text(info['title'])}</h1>",
        f"<p>{prose(info['summary'])} The description that this page is made of, for tools: "
        '<a href="openapi.yaml">openapi.yaml</a>.</p>',
        paragraphs(info["description"]),
    ]
    for tag in DESCRIPTION["tags"]:
        parts += [
            f'<h2 id="{tag["name"]}">{text(tag["name"])}</h2>',
            paragraphs(tag["description"]),
        ]
        parts += [call(*each) for each in operations(tag["name"])]
    parts += ['<h2 id="problems">problems</h2>']
    parts += [problem(each) for each in DESCRIPTION["components"]["responses"].values()]
    parts += ['<h2 id="types">types</h2>']
    parts += [schema(name) for name in sorted(DESCRIPTION["components"]["schemas"])]
    return "\n".join(parts + ["</main>", "</body>", "</html>", ""])


def operations(tag):
    for path, item in DESCRIPTION["paths"].items():
        for method in METHODS:
            if method in item and tag in item[method]["tags"]:
                yield path, method, item[method]


def navigation():
    parts = ['<nav aria-label="Calls">', "<ul>"]
    for tag in DESCRIPTION["tags"]:
        name = tag["name"]
        parts += [f'<li><a href="#{name}">{text(name)}</a>', "<ul>"]
        for _, _, operation in operations(name):
            identifier = operation["operationId"]
            parts += [f'<li><a href="#{identifier}">{text(operation["summary"])}</a></li>']
        parts += ["</ul>", "</li>"]
    for name in ["problems", "types"]:
        parts.append(f'<li><a href="#{name}">{name}</a></li>')
    return "\n".join(parts + ["</ul>", "</nav>"])


def call(path, method, operation):
    parts = [
        f'<section id="{operation["operationId"]}">',
        f"<h3>{text(operation['summary'])}</h3>",
        f'<p class="call"><code class="{method}">{method.upper()}</code> '
        f"<code>{text(path)}</code></p>",
        f"<p>{proof(operation)}</p>",
    ]
    if "description" in operation:
        parts.append(paragraphs(operation["description"]))
    if operation.get("parameters"):
        rows = [parameter(resolve(each)) for each in operation["parameters"]]
        parts.append(table(["parameter", "in", "type", "meaning"], rows))
    if "requestBody" in operation:
        body = operation["requestBody"]["content"]["application/json"]
        parts.append(f"<p>Body: {kind(body['schema'])}</p>")
        if "example" in body:
            parts.append(example(body["example"]))
    rows = [answer(status, resolve(each)) for status, each in operation["responses"].items()]
    parts.append(table(["status", "meaning", "body", "headers"], rows))
    for status, each in operation["responses"].items():
        for content in each.get("content", {}).values():
            if "example" in content:
                parts += [f"<p>{status}:</p>", example(content["example"])]
    return "\n".join(parts + ["</section>"])


def proof(operation):
    wanted = operation.get("security", DESCRIPTION["security"])
    names = [name for each in wanted for name in each]
    if not names:
        return "Needs no token."
    scheme = DESCRIPTION["components"]["securitySchemes"][names[0]]
    if scheme["type"] == "http":
        return "Needs <code>Authorization: Bearer</code>."
    return f"Needs the header <code>{text(scheme['name'])}</code>."


def parameter(each):
    name = f"<code>{text(each['name'])}</code>" + (" (required)" if each.get("required") else "")
    return [name, text(each["in"]), kind(each["schema"]), prose(each["description"])]


def answer(status, each):
    bodies = [
        f"<code>{text(media)}</code> {kind(content['schema'], status)}"
        for media, content in each.get("content", {}).items()
    ]
    # Those that every answer has are told of once.
    common = ["X-Request-Id", "Cache-Control"]
    headers = [f"<code>{text(name)}</code>" for name in each["headers"] if name not in common]
    return [text(status), prose(each["description"]), "<br>".join(bodies), "<br>".join(headers)]


def kind(schema, status=None):
    """What a schema allows, in a line."""
    if "$ref" in schema:
        name = schema["$ref"].split("/")[-1]
        link = f'<a href="#type-{name}">{text(name)}</a>'
        # The beginning of a problem's type is always the same.
        problem = schema.get("properties", {}).get("type", {}) if status else {}
        names = problem.get("enum", [problem["const"]] if "const" in problem else [])
        return " or ".join(f"<code>{text(each.split(':')[-1])}</code>" for each in names) or link
    if "oneOf" in schema:
        return " or ".join(kind(each) for each in schema["oneOf"])
    if "const" in schema:
        return f"<code>{text(json.dumps(schema['const']))}</code>"
    if "enum" in schema:
        return " or ".join(f"<code>{text(each)}</code>" for each in schema["enum"])
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    words = " or ".join(types)
    if "items" in schema:
        words = f"array of {kind(schema['items'])}"
    return words + limits(schema)


def limits(schema):
    words = []
    for name, word in [
        ("minimum", "at least"), ("maximum", "at most"), ("minLength", "length at least"),
        ("maxLength", "length at most"), ("default", "default"), ("format", "format"),
    ]:
        if name in schema:
            words.append(f"{word} {schema[name]}")
    if "pattern" in schema:
        words.append(f"pattern <code>{text(schema['pattern'])}</code>")
    return ", ".join([""] + words)


def problem(response):
    content = response["content"]["application/problem+json"]
    status = content["schema"]["properties"]["status"]["const"]
    parts = [f"<p>{status} {kind(content['schema'], status)}: {prose(response['description'])}</p>"]
    if "example" in content:
        parts.append(example(content["example"]))
    return "\n".join(parts)


def schema(name):
    each = DESCRIPTION["components"]["schemas"][name]
    parts = [f'<section id="type-{name}">', f"<h3>{text(name)}</h3>"]
    if "description" in each:
        parts.append(paragraphs(each["description"]))
    if "properties" not in each:
        return "\n".join(parts + [f"<p>{kind(each)}</p>", "</section>"])
    required = each.get("required", [])
    rows = []
    for key, value in each["properties"].items():
        label = f"<code>{text(key)}</code>" + ("" if key in required else " (optional)")
        rows.append([label, kind(value), prose(value.get("description", ""))])
    return "\n".join(parts + [table(["property", "type", "meaning"], rows), "</section>"])


def resolve(each):
    if "$ref" not in each:
        return each
    found = DESCRIPTION
    for step in each["$ref"].split("/")[1:]:
        found = found[step]
    return found


def table(names, rows):
    filled = [index for index in range(len(names)) if any(row[index] for row in rows)]
    parts = ['<div class="table">', "<table>"]
    parts.append("<tr>" + "".join(f"<th>{names[index]}</th>" for index in filled) + "</tr>")
    for row in rows:
        parts.append("<tr>" + "".join(f"<td>{row[index]}</td>" for index in filled) + "</tr>")
    return "\n".join(parts + ["</table>", "</div>"])


def example(value):
    written = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
    return f"<pre>{text(written.rstrip())}</pre>"


def paragraphs(description):
    return "\n".join(f"<p>{prose(each)}</p>" for each in description.strip().split("\n\n"))


def prose(words):
    """The Markdown that the description uses: `code` and **strong**."""
    escaped = text(" ".join(str(words).split()))
    escaped = re.sub(r"`([^`]+)`", r"<code>\1</code>", escaped)
    return re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", escaped)


def text(value):
    return html.escape(str(value))


if __name__ == "__main__":
    print(page(), end="")
