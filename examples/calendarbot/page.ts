import { html, raw } from "hono/html";
import { agendaOf, type DayAgenda, type DayEntry } from "./agenda.ts";
import { type Entry, type KeptCopy, type Known, MAX_ENTRIES } from "./copy_store.ts";
import { addDays, dateName, type Day, dayAt, dayName, daysFrom, momentName } from "./days.ts";
import { PAGE_STYLE } from "./page_style.ts";

/** A piece of the page: everything put into one by `html` is escaped. */
type Piece = ReturnType<typeof html>;

export interface PageInput {
  readonly known: Known;
  readonly entries: readonly Entry[];
  readonly from: Day;
  readonly days: number;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly zone: string;
}

/** In one piece: the page's policy allows the style by its hash, to the last space. */
const STYLE = raw(`<style>${PAGE_STYLE}</style>`);

/** The calendar for people: one document without scripts, nothing loaded from elsewhere. */
export async function calendarPage(input: PageInput): Promise<string> {
  const { known: { copy }, from, days } = input;
  const name = copy?.name ?? "Calendar";
  const span = days === 1 ? dateName(from) : `${dateName(from)} to ${dateName(addDays(from, days - 1))}`;
  const page = html`
    <!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>${name}, ${span}</title>
        <link rel="icon" href="data:,">
        ${STYLE}
      </head>
      <body>
        <a class="skip" href="#days">Skip to the days</a>
        <header>
          <h1><bdi>${name}</bdi></h1>
          <p class="soft">${span}, ${input.zone}</p>
          ${navigation(input)}
        </header>
        ${notes(input)}
        <main id="days">
          ${copy === undefined ? "" : agendaSections(input)}
        </main>
        ${copy === undefined ? "" : footer(copy)}
      </body>
    </html>
  `;
  return String(await page).trimStart();
}

function navigation({ from, days }: PageInput): Piece {
  return html`
    <nav aria-label="Other days">
      <a rel="prev" href="?from=${addDays(from, -days)}">Earlier</a>
      <a href="/calendar">Today</a>
      <a rel="next" href="?from=${addDays(from, days)}">Later</a>
      <form method="get" action="/calendar">
        <label for="from">Days from</label> <input id="from" type="date" name="from" value="${from}" required>
        <button type="submit">Show</button>
      </form>
    </nav>
  `;
}

/** What a reader has to know before trusting what is shown. */
function notes({ known: { copy, failure }, entries, from, days, zone }: PageInput): Piece[] {
  const texts: string[] = [];
  if (failure !== undefined) texts.push(`Since ${momentName(failure.since, zone)}: ${failure.reason}.`);
  if (copy === undefined) texts.push("No calendar has been read yet.");
  else if (failure !== undefined) texts.push(`This is the calendar of ${momentName(copy.readAt, zone)}.`);
  if (copy !== undefined && !isKnown(copy, { from, days })) {
    const first = dayAt(copy.window.from, copy.timezone);
    const last = addDays(dayAt(copy.window.to, copy.timezone), -1);
    texts.push(`The calendar is known from ${dateName(first)} to ${dateName(last)} only.`);
  }
  if (entries.length > MAX_ENTRIES) texts.push(`Only the first ${MAX_ENTRIES} events of these days are shown.`);
  return texts.length === 0 ? [] : [html`
    <p class="note" role="status">${texts.join(" ")}</p>
  `];
}

function isKnown({ window, timezone }: KeptCopy, { from, days }: { from: Day; days: number }): boolean {
  return from >= dayAt(window.from, timezone) && addDays(from, days) <= dayAt(window.to, timezone);
}

function agendaSections({ entries, from, days, now, zone }: PageInput): Piece[] {
  const shown = entries.slice(0, MAX_ENTRIES);
  const today = dayAt(now, zone);
  return agendaOf(shown, { days: daysFrom(from, days), zone }).map((agenda) => section(agenda, agenda.day === today));
}

function section({ day, entries }: DayAgenda, isToday: boolean): Piece {
  return html`
    <section ${raw(isToday ? 'class="today"' : "")} aria-labelledby="d${day}">
      <h2 id="d${day}"><time datetime="${day}">${dayName(day)}</time>${isToday
        ? html`
          <span class="badge">today</span>
        `
        : ""}</h2>
      ${entries.length === 0
        ? html`
          <p class="soft">Nothing</p>
        `
        : html`
          <ul>${entries.map(item)}</ul>
        `}
    </section>
  `;
}

function item({ entry, when }: DayEntry): Piece {
  const { title, location, status } = entry;
  return html`
    <li ${raw(status === "CANCELLED" ? 'class="cancelled"' : "")}>
      <span class="when">${when}</span>
      <div>
        <h3><bdi>${title}</bdi>${status === "TENTATIVE"
          ? html`
            <span class="soft">(tentative)</span>
          `
          : ""}</h3>
        ${location === null ? "" : html`
          <p class="soft"><bdi>${location}</bdi></p>
        `} ${more(entry)}
      </div>
    </li>
  `;
}

function more({ title, description, url }: Entry): Piece | string {
  if (description === null && url === null) return "";
  return html`
    <details>
      <summary>Details<span class="skip"> of ${title}</span></summary>
      ${description === null ? "" : html`
        <p class="text"><bdi>${description}</bdi></p>
      `} ${url === null ? "" : html`
        <p><a href="${url}" rel="noopener noreferrer nofollow">${url}</a></p>
      `}
    </details>
  `;
}

function footer({ source, readAt, timezone, flaws, flawed }: KeptCopy): Piece {
  const more = flawed - flaws.length;
  const lines = flaws.map(({ line, message }) =>
    html`
      <li>${line === 0 ? "" : `Line ${line}: `}${message}</li>
    `
  );
  const left = flawed === 0 ? "" : html`
    <details>
      <summary>${flawed} left out</summary>
      <ul>${lines}${more > 0
        ? html`
          <li>and ${more} more</li>
        `
        : ""}</ul>
    </details>
  `;
  return html`
    <footer><p>Read from <bdi>${source}</bdi> on ${momentName(readAt, timezone)}</p>${left}</footer>
  `;
}
