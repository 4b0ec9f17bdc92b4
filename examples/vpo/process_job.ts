import type { Job } from "../../src/mod.ts";
import { FileBook } from "./file_book.ts";
import { processFile } from "./process_file.ts";
import { retryAll } from "./retry_file.ts";
import type { VpoConfig } from "./settings.ts";

/** One run: of the file that the watcher says; by hand, where nobody says one, another turn for all that failed. */
export const runProcess: Job<VpoConfig>["run"] = async (context) => {
  const { run, config: { library }, store, clock, log } = context;
  if (run.payload !== null) return await processFile(JSON.parse(run.payload), { ...context, library });
  const files = await retryAll(new FileBook(store, () => clock.now()));
  log.info("every file that failed gets another turn", { files });
};
