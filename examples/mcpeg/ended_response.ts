/** The response, with `ended` called once its body has been read to its end, has broken off or was given up. */
export function endedResponse(response: Response, ended: () => void): Response {
  const reader = response.body?.getReader();
  if (reader === undefined) {
    ended();
    return response;
  }
  let open = true;
  const end = () => {
    if (open) ended();
    open = false; // A read that was under way when the client went away ends too.
  };
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { value } = await reader.read();
        if (!open) return;
        if (value !== undefined) return controller.enqueue(value);
        end();
        controller.close();
      } catch (error) {
        end();
        throw error;
      }
    },
    async cancel(reason) {
      end();
      await reader.cancel(reason);
    },
  });
  return new Response(body, response);
}
