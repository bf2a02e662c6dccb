"""Ordinary sentences about no motion of a body: what a search finds for them is what it finds by chance."""

from __future__ import annotations

import hashlib

OFF_TOPIC = tuple(
    """
the stock market fell
interest rates rise again
the train to the airport is late
a recipe for lentil soup
two eggs and a cup of flour
the capital of Portugal
a red car beside a garage
what is the price of copper
cloudy with rain in the afternoon
the moon and the planets
a novel about a lighthouse keeper
the minutes of the meeting
please send me the contract
a password of twelve letters
how many people live in Norway
the battery of my phone is empty
blue curtains and a white carpet
the history of the printing press
a bottle of olive oil
an election in the spring
a loud noise from the engine
the museum is closed on Mondays
a large database of customers
the patient has a fever
a letter from the landlord
green tea or black coffee
water boils at a hundred degrees
the roots of a quadratic equation
an essay on moral philosophy
the colour of the sky at dusk
a ticket for the opera
cheap flights in November
a file could not be opened
the parliament voted on the law
a sandwich with cheese and tomato
yellow leaves on the ground
the speed of light
a house with three bedrooms
an insurance against fire
my favourite song from the eighties
the river is polluted
a new version of the software
the bishop and the cathedral
bread, butter and jam
a map of the old town
the camera has a broken lens
fresh fish from the market
a hundred grams of sugar
the company hired an accountant
a lecture on medieval trade
solar panels on the roof
the printer is out of paper
is there a pharmacy nearby
the invoice was paid in March
a wooden table and six chairs
oxygen and hydrogen
a dictionary of French verbs
the sound of a violin
the temperature of the oven
a painting by an unknown artist
birds in the garden
the cat is asleep on the sofa
a thunderstorm over the sea
silver rings and gold coins
the deadline is on Friday
a discount for students
the kitchen smells of garlic
an apple and a pear
the theory of evolution
a computer with two screens
the dog is hungry
a tax on imported steel
the weather in Iceland
an island without electricity
her birthday is in June
the lawyer read the will
a short poem about winter
the volcano is quiet
a pair of leather shoes
salt, pepper and paprika
the internet is slow today
a museum of natural history
the score was two to one
a black and white photograph
his answer was wrong
the smell of fresh paint
the bridge was built in 1932
a menu without meat
the next bus is at noon
a grammar of ancient Greek
the lamp is too bright
an old radio in the attic
the budget for next year
rice with vegetables
the headline of the newspaper
a virus in the computer
snow on the mountains
the key is under the mat
a bank account in Switzerland
the prime numbers below fifty
a bag of potatoes
the judge was not convinced
a documentary about whales
the wall is painted grey
a cold winter morning
the teacher gave us homework
a glass of orange juice
the satellite lost its signal
the rent is due tomorrow
a village near the border
a chapter on organic chemistry
the shop sells old clocks
three weeks of holiday
the screen shows an error message
a cake with candles
the population of the city
a question about the warranty
the king and his ministers
a forest of pine trees
dust on the shelf
the meaning of the word
a cloud of smoke
an email without a subject
the taste of lemon
a chess opening for black
the password has expired
a symphony in four movements
the fridge is empty
an average of seven percent
the clock on the tower
a receipt for the taxi
the flag of Brazil
a bowl of cherries
the planet Saturn has rings
the meeting was cancelled
a scientific journal
the paint is still wet
a cure for the disease
an appointment with the dentist
the price of a new kitchen
the north coast of Scotland
an odd number
a server in another country
the grass is green
a promise is a promise
the year nineteen eighty-four
a tale of two brothers
the cost of living
a bug in the program
this sentence is about nothing
""".strip().splitlines()
)
# Names the list in files that depend on it.
DIGEST = hashlib.sha256("\n".join(OFF_TOPIC).encode()).hexdigest()[:16]
