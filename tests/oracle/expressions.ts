/** Cron expressions for the oracle: some picked by hand, the others from a generator that always gives the same. */

const PICKED = [
  "@hourly",
  "@daily",
  "@weekly",
  "@monthly",
  "@yearly",
  "30 2 * * *",
  "0 2 * * *",
  "0 0 * * *",
  "30 1 * * *",
  "59 23 * * *",
  "0 1,2,3 * * *",
  "15,45 0-3 * * *",
  "30 2 * * sun",
  "0 2 * * sun#L",
  "0 3 * * sun#1",
  "*/15 * * * *",
  "*/7 * * * *",
  "0 */2 * * *",
  "0 1-23/2 * * *",
  "*/30 2 * * *",
  "45 1,2 * * *",
  "0 9 * * mon-fri",
  "0 9-17 * * mon-fri",
  "0 0 L * *",
  "0 0 LW * *",
  "0 12 15W * *",
  "0 12 1W,31W * *",
  "0 0 13 * fri",
  "0 0 */2 * mon",
  "0 0 29 2 *",
  "0 4 31 * *",
  "0 22 * 1-3,10-12 *",
  "0 0 1 jan,apr,jul,oct *",
  "15 30 2 * * *",
  "*/20 0 */6 * * *",
  "0,30 59 1,2 * * sat,sun",
  "30 30 3 29 3 *",
  "0 5 * * friL",
  "0 5 * * mon#2,wed#4",
  "0 5 1-7 * mon",
];

/** The first `count` of them, each once; all of them are right. */
export function expressions(count: number): string[] {
  const random = generator(20_261_121);
  const found = new Set(PICKED.slice(0, count));
  while (found.size < count) found.add(made(random));
  return [...found];
}

type Random = (limit: number) => number;

/** Numbers from 0 to below `limit`: Lehmer's generator, which is enough for choosing. */
function generator(seed: number): Random {
  let state = seed;
  return (limit) => {
    state = Number((BigInt(state) * 48_271n) % 2_147_483_647n);
    return state % limit;
  };
}

function made(random: Random): string {
  const minute = field(random, { min: 0, max: 59, star: 10 });
  const hour = field(random, { min: 0, max: 23, star: 3 });
  const date = random(2) === 0 ? "*" : random(6) === 0 ? "L" : field(random, { min: 1, max: 28, star: 3 });
  const month = random(3) > 0 ? "*" : field(random, { min: 1, max: 12, star: 3 });
  const weekday = random(2) === 0 ? "*" : field(random, { min: 0, max: 6, star: 3 });
  const five = [minute, hour, date, month, weekday].join(" ");
  return random(8) === 0 ? `${random(30)},${30 + random(30)} ${five}` : five;
}

interface Shape {
  readonly min: number;
  readonly max: number;
  /** One in so many is a star. */
  readonly star: number;
}

function field(random: Random, { min, max, star }: Shape): string {
  const value = () => min + random(max - min + 1);
  const range = () => [value(), value()].sort((a, b) => a - b).join("-");
  if (random(star) === 0) return random(2) === 0 ? "*" : `*/${2 + random(max - min)}`;
  switch (random(5)) {
    case 0:
      return range();
    case 1:
      return `${range()}/${1 + random(6)}`;
    case 2:
      return [value(), value(), value()].join(",");
    default:
      return String(value());
  }
}
