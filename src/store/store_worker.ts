/** The module of the store's thread. Nothing imports it: `open_store.ts` starts it. */
import { systemFiles } from "../system/files.ts";
import { openSqlite } from "../system/sqlite.ts";
import { serveThread } from "../system/thread.ts";
import { Engine } from "./engine.ts";
import type { Request } from "./messages.ts";

const engine = new Engine({ files: systemFiles, open: openSqlite });
serveThread((message, reply) => engine.handle(message as Request, reply));
