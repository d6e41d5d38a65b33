Console.WriteLine("stein");
