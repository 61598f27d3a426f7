const { TokenwireError, createClient } = require("tokenwire");

import("./app.mjs")
  .then(({ run }) => run({ createClient, TokenwireError }, process.argv[2]))
  .then((report) => console.log(JSON.stringify(report)));
