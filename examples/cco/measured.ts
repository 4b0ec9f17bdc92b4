/**
 * The same answer, whose end is told: when the client has its last byte, or goes away, or the upstream breaks off.
 *
 * @param ended called once, with the bytes of the body that were handed on
 */
export function measured(response: Response, ended: (bytes: number) => void): Response {
  if (response.body === null) return ended(0), response;
  const reader = response.body.getReader();
  let bytes = 0;
  let open = true;
  const end = (finish: () => void) => {
    if (!open) return; // A read that was under way when the client went away.
    open = false;
    finish();
    ended(bytes);
  };
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { value } = await reader.read();
        if (value === undefined) return end(() => controller.close());
        bytes += value.length;
        if (open) controller.enqueue(value);
      } catch (error) {
        end(() => controller.error(error));
      }
    },
    async cancel(reason) {
      end(() => {});
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
  const { status, statusText, headers } = response;
  return new Response(body, { status, statusText, headers });
}
