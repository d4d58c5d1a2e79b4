/** No name server: the objects have ids that clients know, and only host and port have to be told. */
import { Daemon, expose, stopSignal } from "#pyro";

export class Clock {
  static {
    expose(this, { methods: { hours: "hours(minutes)" } });
  }

  hours(minutes: number): string {
    return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
  }
}

export class Thermometer {
  static {
    expose(this, { methods: { fahrenheit: "fahrenheit(celsius)" } });
  }

  fahrenheit(celsius: number): number {
    return (celsius * 9) / 5 + 32;
  }
}

await using daemon = await Daemon.listen({ host: "127.0.0.1" });
daemon.register(new Clock(), "clock");
daemon.register(new Thermometer(), "thermometer");
console.log(String(daemon.uriFor("clock")));
await stopSignal();
