/** appd itself: the kit without anything of an app's own. */
import { APPD_APP } from "./src/app/kit/app.ts";
import { run } from "./src/kit/run.ts";

await run({ app: APPD_APP, commands: [] });
