/** The body of a client's request on its way to the upstream. */
export interface RequestBody {
  readonly body: BodyInit | undefined;
  /** Why the client's part of it broke off; undefined while it has not. */
  failure(): unknown;
}

/** Bytes up to which a body goes in one piece, with its length: not every upstream takes chunks. */
const IN_ONE_PIECE = 1024 * 1024;

/** @throws what reading it throws: a client that is too slow, or sends less than it said */
export async function requestBody(request: Request): Promise<RequestBody> {
  const { body, headers } = request;
  if (body === null) return { body: undefined, failure: () => undefined };
  const length = Number(headers.get("content-length") ?? Infinity);
  if (length <= IN_ONE_PIECE) return { body: await request.arrayBuffer(), failure: () => undefined };
  return passing(body);
}

/** The same stream, which remembers how it failed: the one who sends it on says only that sending failed. */
function passing(source: ReadableStream<Uint8Array<ArrayBuffer>>): RequestBody {
  const reader = source.getReader();
  let failure: unknown;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      try {
        const { value } = await reader.read();
        if (value === undefined) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        failure = error;
        controller.error(error);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
  return { body, failure: () => failure };
}
