import { testMigrations } from "../../db/migrations.ts";
import { newPlace } from "./open.ts";

testMigrations("postgres.js", newPlace);
