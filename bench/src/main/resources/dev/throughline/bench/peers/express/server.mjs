// A webhook on Express and LINE's own npm SDK: its middleware checks the signature over the raw
// bytes and parses the events; the handler looks at each text and answers 200. It keeps nothing.
import { middleware } from "@line/bot-sdk";
import express from "express";

const app = express();
let lastLength = 0;

app.post("/callback", middleware({ channelSecret: process.env.CHANNEL_SECRET }), (req, res) => {
  for (const event of req.body.events) {
    if (event.type === "message" && event.message.type === "text") {
      lastLength = event.message.text.length;
    }
  }
  res.status(200).end();
});

app.use((error, req, res, next) => {
  res.status(401).end();
});

const server = app.listen(Number(process.env.PORT), "127.0.0.1");
// Longer than any pause between two windows of the benchmark: connections stay open.
server.keepAliveTimeout = 120_000;
