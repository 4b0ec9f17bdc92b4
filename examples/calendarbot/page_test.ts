import assert from "node:assert/strict";
import type { Entry, Known } from "./copy_store.ts";
import { calendarPage, type PageInput } from "./page.ts";

const HOSTILE = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&amp;`;

const COPY: NonNullable<Known["copy"]> = {
  source: HOSTILE,
  mark: "",
  validators: { etag: null, lastModified: null },
  name: HOSTILE,
  timezone: "UTC",
  window: { from: Date.UTC(2026, 7, 23), to: Date.UTC(2027, 11, 26) },
  events: 1,
  flaws: [{ line: 3, message: HOSTILE }],
  flawed: 25,
  readAt: Date.UTC(2026, 10, 21, 9),
};

const ENTRY: Entry = {
  ...{ uid: HOSTILE, title: HOSTILE, location: HOSTILE, description: HOSTILE, url: `https://h/${HOSTILE}` },
  ...{ status: HOSTILE, allDay: false, starts: Date.UTC(2026, 10, 21, 9), ends: Date.UTC(2026, 10, 21, 10) },
};

function page(input: Partial<PageInput> = {}): Promise<string> {
  const now = Date.UTC(2026, 10, 21, 12);
  const known: Known = { copy: COPY, failure: undefined };
  return calendarPage({ known, entries: [ENTRY], from: "2026-11-21", days: 2, now, zone: "UTC", ...input });
}

Deno.test("whatever a calendar says is text", async () => {
  const text = await page({ known: { copy: COPY, failure: { since: 0, reason: HOSTILE } } });
  assert.doesNotMatch(text, /<script|<img|onerror='/);
  assert.equal(text.match(/&lt;script&gt;/g)?.length, 11);
  const quotes = /<a href="([^"]*)" rel=/.exec(text)?.[1];
  assert.match(quotes ?? "", /^https:\/\/h\/&quot;&gt;&lt;script/);
});

Deno.test("the page says which days it shows, marks today, and leads to others", async () => {
  const text = await page();
  assert.match(text, /21 November 2026 to 22 November 2026, UTC/);
  assert.match(text, /<section class="today" aria-labelledby="d2026-11-21">/);
  assert.match(text, /Saturday 21 November/);
  assert.match(text, /rel="prev" href="\?from=2026-11-19"/);
  assert.match(text, /rel="next" href="\?from=2026-11-23"/);
  assert.match(text, /<p class="soft">Nothing<\/p>/);
  assert.match(text, /and 24 more/);
});

Deno.test("an old calendar says since when and why, days that are not known say so", async () => {
  const failure = { since: Date.UTC(2026, 10, 21, 10), reason: "the server answers 500" };
  const text = await page({ known: { copy: COPY, failure }, from: "2028-01-01" });
  assert.match(
    text,
    /Since 21 November 2026, 10:00: the server answers 500\. This is the calendar of 21 November 2026, 09:00\./,
  );
  assert.match(text, /known from 23 August 2026 to 25 December 2027 only/);
});

Deno.test("without any calendar the page says that", async () => {
  const text = await page({ known: { copy: undefined, failure: { since: 0, reason: "no such file" } }, entries: [] });
  assert.match(text, /no such file\. No calendar has been read yet\./);
  assert.doesNotMatch(text, /<section/);
});
