// CommonJS, as nodenext has it.

import tokenwire = require("tokenwire");

const client: tokenwire.Client = tokenwire.createClient({ providers: { openai: { apiKey: "key" } } });

export = client;
