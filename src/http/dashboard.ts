import { PAGE_SCRIPT, PAGE_STYLE, pageHtml } from "./dashboard_page.ts";
import { reply } from "./problem.ts";
import type { RouteDeps } from "./route.ts";

/** The page that shows the daemon to a person: one document, nothing loaded from elsewhere, nothing to press. */
export async function serveDashboard({ product }: Pick<RouteDeps, "product">): Promise<Response> {
  const headers = { "content-security-policy": await policy() };
  return reply(pageHtml(product.name), { type: "text/html; charset=utf-8", headers });
}

/** Only the page's own style and script run, by their hashes, and only this server is asked (CSP level 3). */
async function policy(): Promise<string> {
  return [
    "default-src 'none'",
    `style-src '${await hash(PAGE_STYLE)}'`,
    `script-src '${await hash(PAGE_SCRIPT)}'`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

async function hash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
}
