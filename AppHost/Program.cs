System.Console.WriteLine("The app model follows.");
