/**
 * For tests, as a process of its own, because what waits in a FIFO waits there for good: a repository in which somebody
 * makes one, and another beside it. Says what was told and how the first is watched then.
 */
import { systemClock } from "../system/clock.ts";
import { directoryWatches } from "../system/watch_directories.ts";
import { scene, specOf } from "./fake_scene.ts";

const test = await scene(
  "git init -q -b main repo; cd repo; commit one; cd ..; git init -q -b main other; cd other; commit one",
  {},
  () => ({ clock: systemClock, watch: directoryWatches() }),
);
const other = specOf(test.root, { name: "other", path: `${test.root}/other` });
test.repositories.apply([specOf(test.root, { pollInterval: 1000 }), { ...other, pollInterval: 1000 }]);
await test.repositories.poke("other");
test.sh("mkfifo .git/trap; chmod 600 .git/trap; commit two; cd ../other; commit two");
await test.repositories.poke("repo");
await test.repositories.poke("other");
test.sh("git branch a/b; cd ../other; git branch a/b; commit three");
await test.repositories.poke("other");
await test.repositories.poke("repo");
const told = test.events.map(({ repository, subject }) => `${repository} ${subject}`).sort();
const watching = test.repositories.status()[0]?.watching;
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify({ told, watching })));
await test[Symbol.asyncDispose]();
Deno.exit(0);
