import { createClient } from "tokenwire";

export default {
  async fetch(request) {
    const { searchParams } = new URL(request.url);
    const tw = createClient({ providers: { openai: { apiKey: "k", baseUrl: searchParams.get("base") } } });
    const messages = [{ role: "user", content: searchParams.get("name") }];
    const stream = tw.stream({ model: "m", messages });
    let text = "";
    for await (const event of stream) if (event.type === "text_delta") text += event.text;
    return Response.json({ text, status: (await stream.outcome).status });
  },
};
